import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { createGzip } from "node:zlib";
import { createDest } from "@dest/core";
import { s3 } from "@dest/s3";
import type { Benchmark } from "./benchmark.js";
import { payload } from "./payload.js";
import { loadOf } from "./process-load.js";
import { type Receiver, startReceiver } from "./start-receiver.js";

const events = 1_000_000;
const warmUpEvents = 200_000;
/** By the bare loop, which keeps nothing: its rate is the same for any number. */
const bareEvents = 250_000;
const perRun = 100;
const objectBytes = 64 * 2 ** 20;
const pieceLength = 64 * 2 ** 10;
const patience = 300_000;

/** What it costs to make objects of events, beside turning the events into lines and packing them. */
export const s3Batch: Benchmark = {
  name: "s3-batch",
  a: `${events} sends in runs of ${perRun}, memory outbox, until all are in objects of 64 MiB`,
  b: "JSON.stringify and gzip of such events, with no network",
  unit: "/s",
  better: "higher",
  mustReach: 0.5,
  reachFor: 0.8,
  more: [
    { name: "s3-batch-delay", unit: "ms", better: "lower", judged: "a", mustReach: 50, reachFor: 10 },
    { name: "s3-batch-rss", unit: "MB", better: "lower", judged: "difference" },
  ],
  async setUp() {
    const receiver = await startReceiver();
    return {
      a: () => measured(events, () => throughDest(receiver, events)),
      b: () => measured(bareEvents, () => bare(bareEvents)),
      async warmUp() {
        await throughDest(receiver, warmUpEvents);
        await bare(warmUpEvents);
      },
      tearDown: () => receiver.stop(),
    };
  },
};

async function measured(events: number, work: () => Promise<void>): Promise<number[]> {
  const { elapsedMs, delayP99Ms, rssMb } = await loadOf(work);
  return [events / (elapsedMs / 1_000), delayP99Ms, rssMb];
}

async function throughDest(receiver: Receiver, events: number): Promise<void> {
  const dest = createDest({
    destinations: {
      s3: s3({
        region: "bench",
        endpoint: receiver.origin,
        credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
        batch: { maxBytes: objectBytes },
      }),
    },
    limits: { messages: 2 * events, bytes: 2 ** 31 },
  });
  for (let sent = 0; sent < events; sent += perRun) {
    await dest.run(($) => {
      for (let at = sent; at < sent + perRun; at++)
        $.send.s3({ bucket: "events", prefix: "bench/", payload: payload(at) });
    });
    // A run in each turn of the event loop, as in a server.
    await setImmediate();
  }
  const { delivered } = await dest.close({ timeout: patience });
  const { requests } = await receiver.take();
  if (delivered !== events || requests === 0 || requests > events / perRun)
    throw new Error(`${delivered} of ${events} events are in ${requests} objects`);
}

async function bare(events: number): Promise<void> {
  await pipeline(
    Readable.from(pieces(events), { objectMode: false }),
    createGzip(),
    new Writable({ write: (_chunk, _encoding, done) => done() }),
  );
}

function* pieces(events: number): Generator<Buffer> {
  let text = "";
  for (let at = 0; at < events; at++) {
    text += `${JSON.stringify(payload(at))}\n`;
    if (text.length < pieceLength) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}
