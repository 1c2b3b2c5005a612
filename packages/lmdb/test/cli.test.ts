import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { open } from "lmdb";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { lmdb } from "../src/index.js";
import { application, cli, cliJson, filledStore } from "./support/cli.js";
import { copyOf, newDirectory, removeDirectories } from "./support/directories.js";
import { Worker } from "./support/process.js";

vi.setConfig({ testTimeout: 30_000 });

const filled = newDirectory();
beforeAll(() => filledStore(filled));
const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.kill();
});
afterAll(removeDirectories);

const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id);

test("stats is an aligned table, or JSON", async () => {
  const { code, stdout, stderr } = await cli(filled, "stats");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [head, ...rows] = stdout.trimEnd().split("\n");
  expect(head?.split(/ {2,}/)).toEqual(
    "destination pending delivering retrying delivered dead bytes".split(" "),
  );
  expect(rows.map((row) => row.split(/ +/).slice(0, 6))).toEqual([
    ["hook", "1", "0", "0", "1", "1"],
    ["mail", "0", "0", "0", "1", "1"],
  ]);
  expect(new Set([head, ...rows].map((line) => line?.length)).size).toBe(1);
  const counts = { delivering: 0, retrying: 0, delivered: 1, dead: 1 };
  expect(await cliJson("stats", filled)).toEqual([
    {
      hook: { ...counts, pending: 1, bytes: expect.any(Number) },
      mail: { ...counts, pending: 0, bytes: 0 },
    },
  ]);
});

test("list shows one line for each message, the oldest first", async () => {
  const { code, stdout } = await cli(filled, "list");
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => line.split(/ {2,}/)[2])).toEqual([0, 1, 2, 3, 4].map((n) => `order-17.${n}`));
  expect(lines[1]).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}dead .* 1 attempt .*hook {2}https:\/\/example.com {2}DEST_HTTP_STATUS: it is gone$/,
  );
});

test.each([
  [
    ["--status", "dead"],
    [1, 3],
  ],
  [["--status", "dead", "--destination", "mail"], [3]],
  [["--status", "pending"], [4]],
  [["--status=delivered"], [0, 2]],
  [
    ["--workflow", "p_abc", "--limit", "100"],
    [0, 1, 2, 3, 4],
  ],
] as const)("list %j", async (options, wanted) => {
  expect(ids(await cliJson(filled, "list", ...options))).toEqual(wanted.map((n) => `order-17.${n}`));
});

test("list goes from page to page by its cursor", async () => {
  const seen: string[] = [];
  let cursor: string[] = [];
  for (let page = 0; page < 3; page++) {
    const lines = await cliJson("list", filled, "--limit", "2", ...cursor);
    seen.push(...ids(lines.filter(({ id }) => id)));
    cursor = lines.flatMap((line) => (line.cursor ? ["--cursor", line.cursor] : []));
  }
  expect(cursor).toEqual([]);
  expect(seen).toEqual([0, 1, 2, 3, 4].map((n) => `order-17.${n}`));
  const { stdout } = await cli(filled, "list", "--limit", "2");
  expect(stdout).toMatch(/\nmore: --cursor \d+\n$/);
});

test("list prints as many as are asked for, however many that are", async () => {
  const path = newDirectory();
  const { dest } = application(path);
  await dest.run(
    ($) => {
      for (let i = 0; i < 700; i++) $.with({ delay: 86_400_000 }).send.hook({ i });
    },
    { runId: "many" },
  );
  await dest.close({ timeout: 100 });
  const lines = await cliJson(path, "list", "--limit", "650");
  expect(lines).toHaveLength(651);
  expect(new Set(ids(lines)).size).toBe(651);
  expect(await cliJson(path, "list", "--cursor", lines[650].cursor)).toHaveLength(50);
});

test("show tells all of a record", async () => {
  const { code, stdout } = await cli(filled, "show", "order-17.1");
  expect(code).toBe(0);
  for (const part of [
    /^order-17\.1\n/,
    /status +dead/,
    /destination +hook/,
    /run +order-17/,
    /workflow +p_abc/,
    /accepted +\d{4}-\d\d-\d\dT/,
    /error +DEST_HTTP_STATUS: it is gone/,
    /attempt 1: \d{4}-\d\d-\d\dT\S+Z, rejected after \d+ ms/,
    /request \{\n +"url": "https:\/\/example.com\/hook"/,
    /response \{\n +"status": 410/,
  ])
    expect(stdout).toMatch(part);
  expect((await cli(filled, "show", "order-17.0")).stdout).toMatch(/receipt \{\n +"status": 200/);
  const [record] = await cliJson("show", filled, "order-17.0");
  expect(record).toMatchObject({ id: "order-17.0", status: "delivered", receipt: { status: 200 } });
});

test("no payload is ever shown", async () => {
  const all = await Promise.all([
    cli(filled, "stats"),
    cli(filled, "list"),
    cli(filled, "list", "--json"),
    ...[0, 1, 4].flatMap((n) => [
      cli(filled, "show", `order-17.${n}`),
      cli(filled, "show", `order-17.${n}`, "--json"),
    ]),
  ]);
  expect(all.map(({ code }) => code)).toEqual(all.map(() => 0));
  expect(JSON.stringify(all)).not.toMatch(/PAYLOAD|secret/);
});

test("an application that is running delivers what is replayed", async () => {
  const path = copyOf(filled);
  const { dest, hook, mail, service } = application(path);
  service.refuses = false;
  await dest.messages.stats();
  const one = await cli(path, "replay", "order-17.3");
  expect(one).toMatchObject({ code: 0, stderr: "" });
  expect(one.stdout).toBe(
    "1 dead letter put back.\nA process that delivers has the outbox open and will try them now.\n",
  );
  await vi.waitFor(() => expect(mail.batches).toHaveLength(1), 5_000);
  await cli("replay", path, "--status", "dead", "--destination", "hook");
  await vi.waitFor(() => expect(hook.batches).toHaveLength(1), 5_000);
  await vi.waitFor(async () => expect(await cliJson(path, "list", "--status", "delivered")).toHaveLength(4));
  await dest.close({ timeout: 1_000 });
});

test("the program delivers nothing itself: without an application, what is replayed waits", async () => {
  const path = copyOf(filled);
  const { stdout } = await cli(path, "replay", "--status", "dead");
  expect(stdout).toBe(
    "2 dead letters put back.\nNo process delivers from this outbox now: they wait until an application opens it.\n",
  );
  expect(ids(await cliJson(path, "list", "--status", "retrying"))).toEqual(["order-17.1", "order-17.3"]);
  const { dest, hook, mail } = application(path);
  await vi.waitFor(() => expect([hook.batches.length, mail.batches.length]).toEqual([1, 1]), 5_000);
  await dest.close({ timeout: 1_000 });
});

test("looking does not count as the crash of an attempt, nor takes the delivery over", async () => {
  const path = newDirectory();
  const outbox = lmdb({ path });
  const now = Date.now();
  await outbox.open({ wake() {}, warn() {}, now: () => now, retention: {} });
  const message = { id: "r.0", destination: "hook", group: "", batchKey: "", bytes: 1, value: {} };
  const origin = { runId: "r", depth: 0 };
  await outbox.append({
    runId: "r",
    remembered: false,
    acceptedAt: now,
    origin,
    firstOrdinal: 0,
    messages: [message],
  });
  const request = { destination: "hook", now, messages: 1, batches: 1, perGroup: 1 };
  const claim = () => outbox.claim({ ...request, full: new Set(), paused: new Set() });
  const { messages } = await claim();
  await outbox.seal({ id: "b", destination: "hook", group: "", key: "", sealedAt: now, messages });
  expect((await claim()).batches).toHaveLength(1);
  const killed = copyOf(path);
  await outbox.close();
  // The copy's holder of the lease is this process, which lives.
  const env = open<Buffer, string>({ path: killed, noSubdir: false, encoding: "binary", maxDbs: 20 });
  await env.openDB<Buffer, string>("meta", { encoding: "binary" }).remove("deliverer");
  await env.close();
  for (let looks = 0; looks < 3; looks++) {
    const [record] = await cliJson(killed, "show", "r.0");
    expect(record).toMatchObject({ status: "pending", attempts: [] });
  }
});

test("replay names the ids that are no dead letters, and puts the others back", async () => {
  const path = copyOf(filled);
  const { code, stdout, stderr } = await cli(path, "replay", "order-17.0", "order-17.1", "nobody");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^1 dead letter put back\./);
  expect(stderr).toBe("DEST_MESSAGE_MISSING: order-17.0, nobody are no dead letters of this outbox\n");
});

test("a long replay says how far it is", async () => {
  const path = newDirectory();
  const { dest } = application(path);
  await dest.run(($) => {
    for (let i = 0; i < 1_000; i++) $.send.hook({ i, refused: true });
  });
  await dest.close({ timeout: 20_000 });
  const { stdout, stderr } = await cli(path, "replay", "--status", "dead");
  expect(stdout).toMatch(/^1000 dead letters put back\./);
  expect(stderr).toMatch(/^putting back 1000 dead letters\n(\d+ left\n)*$/);
});

test("it takes nothing from a process that delivers at the same time", async () => {
  const path = newDirectory();
  const worker = new Worker(path);
  workers.push(worker);
  await worker.ask("open");
  const names = Array.from({ length: 200 }, (_, i) => `m${i}`);
  const looks: Promise<{ code: number | null }>[] = [];
  for (let i = 0; i < names.length; i += 20) {
    looks.push(cli(path, "list"), cli(path, "stats"));
    await worker.ask("send", names.slice(i, i + 20));
  }
  for (const { code } of await Promise.all(looks)) expect(code).toBe(0);
  await vi.waitFor(() => expect(worker.delivered).toHaveLength(names.length), 10_000);
  expect(worker.delivered.toSorted()).toEqual(names.toSorted());
  await vi.waitFor(async () => {
    const [{ there }] = await cliJson(path, "stats");
    expect(there).toMatchObject({ pending: 0, delivered: names.length });
  }, 10_000);
});

test("nothing of a message reaches the terminal as a control character", async () => {
  const path = newDirectory();
  const evil = "\u001b]0;title\u0007\u009b2J\u202e\u2028\nnext\u007f";
  const { dest } = application(path);
  await dest.run(($) => $.send.hook({ refused: true, text: evil, group: evil }), {
    runId: evil,
    workflow: evil,
  });
  await dest.close({ timeout: 5_000 });
  const seen = [
    await cli(path, "list"),
    await cli(path, "list", "--json"),
    await cli(path, "show", `${evil}.0`),
    await cli(path, "show", `${evil}.0`, "--json"),
    await cli(path, "show", evil),
    await cli(path, evil),
    await cli(evil, "stats"),
    await cli(path, "list", `--${evil}`),
  ];
  for (const { stdout, stderr } of seen)
    expect(`${stdout}${stderr}`.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(seen[0]?.stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(seen[0]?.stdout).toContain("\\u001b]0;title\\u0007\\u009b2J\\u202e\\u2028\\nnext\\u007f.0");
  const [record] = await cliJson(path, "show", `${evil}.0`);
  expect(record.group).toBe(evil);
});

test("a reader that has seen enough ends it quietly", async () => {
  const path = newDirectory();
  const { dest } = application(path);
  await dest.run(($) => {
    for (let i = 0; i < 3_000; i++) $.with({ delay: 86_400_000 }).send.hook({ i });
  });
  await dest.close({ timeout: 100 });
  const bin = fileURLToPath(new URL("../dist/dest-outbox.js", import.meta.url));
  const child = spawn(process.execPath, [bin, path, "list", "--limit", "3000"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "close");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
