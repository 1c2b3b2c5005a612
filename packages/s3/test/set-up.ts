import { createDest, type DeliveryRecord, type DestEvents, type Policy } from "@dest/core";
import { manualClock } from "@dest/core/testing";
import { onTestFinished } from "vitest";
import { type S3Event, type S3Options, s3 } from "../src/index.js";
import { expectNoSecret } from "./no-secret.js";
import { Queue } from "./queue.js";
import { credentials } from "./store.js";

type RecordEvent = "retry" | "delivered" | "dead";

const eventNames = [
  "accepted",
  "attempt",
  "batch",
  "delivered",
  "retry",
  "dead",
  "paused",
  "warning",
] as const;

/**
 * An instance in virtual time, whose events can be awaited one by one. When the test ends it is closed, and what it
 * showed is searched for planted secrets.
 */
export function setUp(options: S3Options & Policy) {
  const clock = manualClock();
  const access = options.client ? {} : { region: "eu-west-1", credentials };
  const dest = createDest({ destinations: { s3: s3({ ...access, ...options }) }, clock });
  const events: DestEvents[(typeof eventNames)[number]][] = [];
  for (const name of eventNames) dest.on(name, (payload) => events.push(payload));
  const warnings: string[] = [];
  dest.on("warning", ({ message }) => warnings.push(message));
  const queues = {
    retry: new Queue<DeliveryRecord>(),
    delivered: new Queue<DeliveryRecord>(),
    dead: new Queue<DeliveryRecord>(),
  };
  for (const name of ["retry", "delivered", "dead"] as const)
    dest.on(name, (record) => queues[name].push(record));

  onTestFinished(async () => {
    let isClosed = false;
    const closing = dest.close({ timeout: 0 }).finally(() => {
      isClosed = true;
    });
    while (!isClosed) await clock.advance(1_000);
    await closing;
    expectNoSecret(...events);
  });

  return {
    clock,
    dest,
    warnings,
    next: (event: RecordEvent) => queues[event].next(),
    /** The next `count` of them. */
    async all(event: RecordEvent, count: number): Promise<DeliveryRecord[]> {
      const records: DeliveryRecord[] = [];
      while (records.length < count) records.push(await queues[event].next());
      return records;
    },
    send: (...events: S3Event[]) => dest.run(($) => events.map((event) => $.send.s3(event).id)),
  };
}
