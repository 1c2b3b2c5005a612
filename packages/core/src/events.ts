import { type Channel, channel } from "node:diagnostics_channel";
import type { DestError } from "./errors.js";
import { asError, invalidOption } from "./errors.js";
import type { DeliveryRecord } from "./outbox.js";

export type CloseReason = "maxSize" | "maxBytes" | "maxWait" | "ceiling" | "flush";

export interface BatchEvent {
  readonly destination: string;
  readonly id: string;
  readonly key: string;
  readonly group: string;
  readonly sealedAt: number;
  /** What closed it. */
  readonly reason: CloseReason;
  readonly ids: readonly string[];
  readonly bytes: number;
}

export interface PausedEvent {
  readonly destination: string;
  readonly group: string;
  /** Failures in a row. */
  readonly failures: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

export interface DestEvents {
  /** A run's send is in the outbox. */
  readonly accepted: DeliveryRecord;
  /** An attempt ended, however. */
  readonly attempt: DeliveryRecord;
  /** A batch was sealed. Only for destinations that batch. */
  readonly batch: BatchEvent;
  readonly delivered: DeliveryRecord;
  readonly retry: DeliveryRecord;
  readonly dead: DeliveryRecord;
  readonly paused: PausedEvent;
  /** Something a person should look at. Printed as a process warning where nobody listens. */
  readonly warning: DestError;
}

export type EventName = keyof DestEvents;
type Listener<E extends EventName> = (payload: DestEvents[E]) => void;

const names = ["accepted", "attempt", "batch", "delivered", "retry", "dead", "paused", "warning"] as const;

/** Who hears of one kind of event. */
interface Audience {
  readonly listeners: Set<Listener<never>>;
  readonly channel: Channel;
}

/** Tells listeners of this instance, and `node:diagnostics_channel` as `dest:<event>`. */
export class Events {
  // No Map: with each message it is asked for several of them.
  readonly #audiences = Object.fromEntries(
    names.map((name) => [name, { listeners: new Set(), channel: channel(`dest:${name}`) }]),
  ) as unknown as Readonly<Record<EventName, Audience>>;

  on<E extends EventName>(name: E, listener: Listener<E>): () => void {
    if (!names.includes(name)) throw invalidOption("dest.on", name, `must be one of ${names.join(", ")}`);
    const { listeners } = this.#audiences[name];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Whether anybody would hear: building a payload costs. */
  wants(name: EventName): boolean {
    const { listeners, channel } = this.#audiences[name];
    return listeners.size > 0 || channel.hasSubscribers;
  }

  emit<E extends EventName>(name: E, payload: DestEvents[E]): void {
    const { listeners, channel } = this.#audiences[name];
    channel.publish(payload);
    for (const listener of listeners as Iterable<Listener<E>>) {
      try {
        listener(payload);
      } catch (thrown) {
        // Delivery goes on; the listener's fault is its program's to see.
        process.emitWarning(asError(thrown));
      }
    }
  }

  warn(error: DestError): void {
    if (this.wants("warning")) this.emit("warning", error);
    else process.emitWarning(`${error.code}: ${error.message}`, "DestWarning");
  }
}
