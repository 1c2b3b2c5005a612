import { setImmediate } from "node:timers/promises";
import { createDest, type Destination } from "@dest/core";
import { afterAll, expect, test } from "vitest";
import { lmdb } from "../src/index.js";
import { newDirectory, removeDirectories } from "./support/directories.js";

afterAll(removeDirectories);

const text = "y".repeat(200_000);
const runs = 40;
const perRun = 10;

/** 80 MB of payloads, several times what is read before the file is mapped anew. */
test("while the file is mapped anew again and again, whoever reads and writes meanwhile notices nothing", async () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const delivered: string[] = [];
  const slow: Destination<readonly [value: object], object> = {
    kind: "slow",
    apiVersion: 1,
    prepare: (value) => value,
    async deliver({ messages: [{ id }] }) {
      await opened;
      delivered.push(id);
      return { status: "delivered" };
    },
  };
  const dest = createDest({ destinations: { slow }, outbox: lmdb({ path: newDirectory() }) });
  const warnings: unknown[] = [];
  dest.on("warning", (warning) => warnings.push(warning));
  const ids: string[] = [];
  const send = (count: number) =>
    dest.run(($) => {
      for (let i = 0; i < count; i++) ids.push($.send.slow({ text }).id);
    });
  for (let run = 0; run < runs; run++) await send(perRun);

  open();
  let isOver = false;
  async function read(): Promise<void> {
    for (let i = 0; !isOver; i++) {
      await dest.messages.get(ids[i % ids.length] as string);
      await dest.messages.list({ limit: 5 });
      if (i % 3 === 0) await setImmediate();
    }
  }
  const readers = [read(), read(), read()];
  for (let run = 0; run < runs; run++) await send(1);
  await dest.flush({ timeout: 60_000 });
  isOver = true;
  await Promise.all(readers);

  expect(delivered.toSorted()).toEqual(ids.toSorted());
  expect(warnings).toEqual([]);
  await dest.close();
}, 60_000);
