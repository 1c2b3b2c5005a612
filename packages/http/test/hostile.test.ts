import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createDest, type DeliveryRecord } from "@dest/core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type HttpRequest, http } from "../src/index.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const megabyte = 1024 * 1024;
/** Bytes. What one attempt may need beside what it sends. */
const mostGrowth = 64 * megabyte;
const large = 50 * megabyte;

const servers = fork(fileURLToPath(new URL("hostile-servers.mjs", import.meta.url)));
let ports: Readonly<Record<string, number>> = {};
const table: Record<string, string | number>[] = [];

beforeAll(async () => {
  [ports] = (await once(servers, "message")) as [Record<string, number>];
});

afterAll(() => {
  servers.disconnect();
  const widths = ["receiver", "outcome", "ms", "MB"].map((column) =>
    Math.max(column.length, ...table.map((row) => String(row[column]).length)),
  );
  const line = (cells: readonly (string | number | undefined)[]) =>
    cells.map((cell, i) => String(cell).padEnd(widths[i] ?? 0)).join("  ");
  const rows = table.map(({ receiver, outcome, ms, MB }) => line([receiver, outcome, ms, MB]));
  console.info(["", line(["receiver", "outcome", "ms", "MB"]), ...rows].join("\n"));
});

/** One attempt, in real time, and the most it added to the memory of this process. */
async function attempt(name: string, request: Partial<HttpRequest>, timeout: number) {
  const dest = createDest({ destinations: { http: http({ timeout, retry: false, pause: false }) } });
  const ended = new Promise<DeliveryRecord>((resolve) => {
    dest.on("delivered", resolve);
    dest.on("dead", resolve);
  });
  const before = process.memoryUsage.rss();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 2);
  await dest.run(($) => {
    $.send.http({ url: `http://127.0.0.1:${ports[name]}/`, data: { hello: 1 }, ...request });
  });
  const record = await ended;
  most = Math.max(most, process.memoryUsage.rss());
  clearInterval(sampling);
  await dest.close();
  const [{ durationMs = 0, error } = {}] = record.attempts;
  const growth = most - before;
  const outcome = error ? `${error.code}: ${error.message}` : record.status;
  table.push({
    receiver: name,
    outcome: outcome.slice(0, 70),
    ms: Math.round(durationMs),
    MB: Math.round(growth / megabyte),
  });
  return { outcome, growth, record };
}

const lost = /^DEST_NETWORK: /;
const timedOut = /^DEST_TIMEOUT: /;
const cases: readonly (readonly [name: string, outcome: RegExp, request?: Partial<HttpRequest>])[] = [
  ["answers 1 GB", /^delivered$/],
  ["never ends its answer", /^delivered$/],
  ["never ends its refusal", /^DEST_HTTP_STATUS: .* 404/],
  ["answers byte by byte", /^delivered$/],
  ["drips for ever", timedOut],
  ["sends headers for ever", lost],
  ["says a Content-Length that is too long", lost],
  ["says a Content-Length that is too short", /^delivered$/],
  ["says two Content-Lengths", lost],
  ["closes in the middle of its answer", lost],
  ["resets in the middle of its answer", lost],
  ["resets at once", lost],
  ["closes without an answer", lost],
  ["never answers", timedOut],
  ["speaks something else", lost],
  ["speaks HTTP/1.0", /^delivered$/],
  ["answers 103 first", /^delivered$/],
  // RFC 9110, 15.2 wants it read over. undici does not, so that it is asked again.
  ["answers 100 unasked", lost],
  ["answers 102 for ever", timedOut],
  ["switches to a WebSocket", lost],
  ["redirects for ever, with 1 GB each", /^DEST_HTTP_REDIRECT: /],
  ["answers 204", /^delivered$/],
  ["answers HEAD with a length", /^delivered$/, { method: "HEAD", data: undefined }],
  ["takes a GET with a body", /^delivered$/, { method: "GET" }],
  ["refuses 50 MB before it has read them", /^DEST_HTTP_STATUS: .* 413/, { data: Buffer.alloc(large) }],
  ["reads 50 MB slowly", /^delivered$/, { data: Buffer.alloc(large) }],
  ["repeats a secret", /^DEST_HTTP_STATUS: .* 500/],
];

const asked = cases.map(([name, outcome, request = {}]) => [name, outcome, request] as const);

test.each(asked)("a receiver that %s", async (name, expected, request) => {
  // Real time passes: only who is to time out has little of it.
  const timeout = expected === timedOut ? 1_500 : 50_000;
  const { outcome, growth, record } = await attempt(name, request, timeout);
  expect(outcome).toMatch(expected);
  expect(record.attempts).toHaveLength(1);
  // What is sent is held: as it was at the call, and as it is stored.
  const held = request.data === undefined || !Buffer.isBuffer(request.data) ? 0 : 2 * large;
  expect(growth).toBeLessThan(mostGrowth + held);
  expect(JSON.stringify(record).length).toBeLessThan(20_000);
  expect(JSON.stringify(record)).not.toContain("PLANTED");
});
