import type { Outbox } from "@dest/core";
import { testOutbox } from "@dest/core/testing";
import { afterAll, test } from "vitest";
import { lmdb } from "../src/index.js";
import { copyOf, newDirectory, removeDirectories } from "./support/directories.js";

const paths = new Map<Outbox, string>();
const abandoned: Outbox[] = [];

function on(path: string): Outbox {
  const outbox = lmdb({ path });
  paths.set(outbox, path);
  return outbox;
}

testOutbox({
  test,
  create: () => on(newDirectory()),
  reopen: (closed) => on(paths.get(closed) as string),
  crash: (open) => {
    abandoned.push(open);
    return on(copyOf(paths.get(open) as string));
  },
});

afterAll(async () => {
  for (const outbox of abandoned) await outbox.close();
  removeDirectories();
});
