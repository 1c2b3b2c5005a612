import { createDest, type DeliveryRecord, type DestEvents, type Policy } from "@dest/core";
import { manualClock } from "@dest/core/testing";
import { onTestFinished } from "vitest";
import { type EmailMessage, type EmailOptions, email } from "../src/index.js";
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
export function setUp(options: Partial<EmailOptions> & Policy) {
  const clock = manualClock();
  const dest = createDest({
    destinations: { email: email({ from: "Dest <robot@example.com>", ...options }) },
    clock,
  });
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
    /** Everything any listener was told. */
    events,
    warnings,
    next: (event: RecordEvent) => queues[event].next(),
    send: (...messages: EmailMessage[]) =>
      dest.run(($) => messages.map((message) => $.send.email(message).id)),
    /** Lets the next attempt of a record begin. */
    retryOf: ({ availableAt }: DeliveryRecord) => clock.advance(availableAt - clock.now()),
  };
}
