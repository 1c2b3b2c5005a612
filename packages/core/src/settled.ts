import { settledRecord } from "./delivery-record.js";
import type { Events } from "./events.js";
import type { Flushes } from "./flush.js";
import type { Rooms } from "./limits.js";
import type { DeliveryRecord, Settlement, StoredMessage } from "./outbox.js";
import type { Settling } from "./settler.js";

type Outcome = Exclude<Settlement, { to: "release" }>;

/** What follows when outcomes are stored: room for others, events, flushes that end, and the count of this instance. */
export class Settled {
  delivered = 0;
  dead = 0;
  readonly #events: Events;
  readonly #rooms: Rooms;
  readonly #flushes: Flushes;

  constructor(events: Events, rooms: Rooms, flushes: Flushes) {
    this.#events = events;
    this.#rooms = rooms;
    this.#flushes = flushes;
  }

  /** One settlement for all messages, or one for each. `lane` is woken where that may have made something claimable. */
  expect(
    messages: readonly StoredMessage[],
    settlements: readonly Settlement[],
    lane: { wake(): void },
  ): Settling {
    const wanted =
      this.#events.wants("attempt") ||
      this.#events.wants("delivered") ||
      this.#events.wants("retry") ||
      this.#events.wants("dead");
    // Made now: an outbox in memory changes the very messages it handed out.
    const records = wanted
      ? messages.map((message, i) => settledRecord(message, outcomeOf(settlements, i)))
      : undefined;
    return {
      settlements,
      settled: () => {
        let mayClaim = false;
        for (let i = 0; i < messages.length; i++) {
          const message = messages[i] as StoredMessage;
          const outcome = outcomeOf(settlements, i);
          this.#one(message, outcome, records?.[i]);
          mayClaim ||= message.orderKey !== undefined || outcome.to === "retry";
        }
        if (mayClaim) lane.wake();
      },
    };
  }

  #one(message: StoredMessage, settlement: Outcome, record: DeliveryRecord | undefined): void {
    const { to } = settlement;
    if (to !== "retry") {
      this[to] += 1;
      this.#rooms.left(message.destination, message.bytes, to === "dead");
    }
    if (record) {
      if (settlement.attempt.outcome !== "expired") this.#events.emit("attempt", record);
      this.#events.emit(to, record);
    }
    this.#flushes.settled(message, settlement);
  }
}

function outcomeOf(settlements: readonly Settlement[], i: number): Outcome {
  return (settlements.length === 1 ? settlements[0] : settlements[i]) as Outcome;
}
