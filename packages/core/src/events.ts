import { type Channel, channel } from "node:diagnostics_channel";
import type { DestError } from "./errors.js";
import { asError } from "./errors.js";
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

/** Tells listeners of this instance, and `node:diagnostics_channel` as `dest:<event>`. */
export class Events {
  readonly #listeners = new Map<EventName, Set<Listener<never>>>();
  readonly #channels = new Map<EventName, Channel>(names.map((name) => [name, channel(`dest:${name}`)]));

  on<E extends EventName>(name: E, listener: Listener<E>): () => void {
    let listeners = this.#listeners.get(name);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(name, listeners);
    }
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Whether anybody would hear: building a payload costs. */
  wants(name: EventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0 || this.#channels.get(name)?.hasSubscribers === true;
  }

  emit<E extends EventName>(name: E, payload: DestEvents[E]): void {
    this.#channels.get(name)?.publish(payload);
    for (const listener of (this.#listeners.get(name) ?? []) as Iterable<Listener<E>>) {
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
