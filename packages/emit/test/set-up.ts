import { createDest, type DeliveryRecord, type Policy } from "@dest/core";
import { manualClock, recordingDestination } from "@dest/core/testing";
import { onTestFinished } from "vitest";
import { type EmitOptions, emit } from "../src/index.js";
import { Queue } from "./queue.js";

type RecordEvent = "retry" | "delivered" | "dead";

/** An instance in virtual time with a bus, and with a destination that keeps what listeners send. */
export function setUp(options: EmitOptions & Policy = {}) {
  const clock = manualClock();
  const bus = emit(options);
  const out = recordingDestination();
  const dest = createDest({ destinations: { emit: bus, out }, clock });
  const queues = {
    retry: new Queue<DeliveryRecord>(),
    delivered: new Queue<DeliveryRecord>(),
    dead: new Queue<DeliveryRecord>(),
  };
  for (const name of ["retry", "delivered", "dead"] as const)
    dest.on(name, (record) => {
      if (record.destination === "emit") queues[name].push(record);
    });
  onTestFinished(async () => {
    let isClosed = false;
    const closing = dest.close({ timeout: 0 }).finally(() => {
      isClosed = true;
    });
    while (!isClosed) await clock.advance(1_000);
    await closing;
  });
  return {
    bus,
    clock,
    dest,
    out,
    next: (event: RecordEvent) => queues[event].next(),
    emit: (workflow: string, event: unknown, channel?: string) =>
      dest.run(($) => (channel === undefined ? $.send.emit(event) : $.send.emit(event, channel)).id, {
        workflow,
      }),
  };
}
