import type { JsonValue } from "@dest/core";

export interface Emitted {
  /** Ascends over all emitters. */
  readonly number: number;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly event: JsonValue;
  readonly name: string | null;
}

/** Emitters whose events are kept; the one that emitted longest ago goes first. */
const mostEmitters = 1_000;

/** The last events of each emitter. */
export class History {
  readonly #most: number;
  readonly #byEmitter = new Map<string, Emitted[]>();
  #last = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** One that comes again is there already. */
  add(emitter: string, { id, at, event, name }: Omit<Emitted, "number">): void {
    const events = this.#byEmitter.get(emitter) ?? [];
    if (events.some((emitted) => emitted.id === id)) return;
    this.#last += 1;
    events.push({ number: this.#last, id, at, event, name });
    if (events.length > this.#most) events.shift();
    this.#byEmitter.delete(emitter);
    this.#byEmitter.set(emitter, events);
    if (this.#byEmitter.size <= mostEmitters) return;
    const [oldest] = this.#byEmitter.keys();
    this.#byEmitter.delete(oldest as string);
  }

  /** The newest first; those before the number `before`. */
  page(
    emitter: string,
    limit: number,
    before = Number.POSITIVE_INFINITY,
  ): { total: number; events: Emitted[] } {
    const events = this.#byEmitter.get(emitter) ?? [];
    const older = events.filter(({ number }) => number < before);
    return { total: events.length, events: older.reverse().slice(0, limit) };
  }
}
