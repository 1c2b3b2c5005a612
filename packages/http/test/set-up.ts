import { createDest, type DeliveryRecord, type DestEvents, type Policy } from "@dest/core";
import { manualClock } from "@dest/core/testing";
import { onTestFinished } from "vitest";
import { type HttpOptions, type HttpRequest, http } from "../src/index.js";
import { expectNoSecret } from "./no-secret.js";
import { Queue } from "./queue.js";

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
export function setUp(options: HttpOptions & Policy = {}) {
  const clock = manualClock();
  const dest = createDest({ destinations: { http: http(options) }, clock });
  const events: DestEvents[(typeof eventNames)[number]][] = [];
  for (const name of eventNames) dest.on(name, (payload) => events.push(payload));
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
    /** Everything any listener was told. */
    events,
    next: (event: RecordEvent) => queues[event].next(),
    send: (...requests: HttpRequest[]) => dest.run(($) => requests.map((request) => $.send.http(request).id)),
  };
}
