import type { Batch, DeliveryRecord, PausedEvent } from "../../src/index.js";

/** What a test sends, and by what its destinations sort it. */
export interface Payload {
  readonly group: string;
  readonly batchKey: string;
}

export interface Planned extends Payload {
  readonly to: "plain" | "batched";
  readonly orderKey: string | undefined;
  readonly delay: number | undefined;
  readonly expiresIn: number | undefined;
}

export interface Rules {
  readonly total: number;
  readonly perGroup: number;
  readonly rate: { readonly max: number; readonly interval: number } | undefined;
}

interface Known {
  readonly id: string;
  readonly destination: string;
  readonly triple: string;
  readonly orderKey: string | undefined;
  readonly isDelayed: boolean;
  readonly expiresAt: number;
  /** Place in commit order; a replay gets a new one. */
  place: number;
  wasStarted: boolean;
  settled: "delivered" | "dead" | undefined;
  /** Batches in which the service took it. */
  readonly takenIn: Set<string>;
}

interface Running {
  readonly destination: string;
  readonly batch: Batch<unknown>;
}

/** Watches from outside, as a service and a caller would, and throws where a law is broken. */
export class Observer {
  readonly known = new Map<string, Known>();
  readonly #rules: Readonly<Record<string, Rules>>;
  readonly #now: () => number;
  readonly #running = new Set<Running>();
  readonly #starts = new Map<string, number[]>();
  readonly #sealed = new Map<string, string>();
  readonly #pausedUntil = new Map<string, number>();
  readonly #lastStarted = new Map<string, number>();
  #places = 0;

  constructor(rules: Readonly<Record<string, Rules>>, now: () => number) {
    this.#rules = rules;
    this.#now = now;
  }

  accepted(id: string, destination: string, planned: Planned): void {
    const { group, batchKey, orderKey, delay, expiresIn = Number.POSITIVE_INFINITY } = planned;
    this.known.set(id, {
      id,
      destination,
      triple: JSON.stringify([destination, group, batchKey]),
      orderKey,
      isDelayed: delay !== undefined,
      expiresAt: this.#now() + expiresIn,
      place: this.#places++,
      wasStarted: false,
      settled: undefined,
      takenIn: new Set(),
    });
  }

  started(destination: string, batch: Batch<unknown>): Running {
    const messages = batch.messages.map(
      ({ id }) => this.known.get(id) ?? fail(`phantom: ${id} was never accepted`),
    );
    this.#checkLeases(messages, batch);
    this.#checkRoom(destination, batch.group);
    this.#checkSealed(batch);
    for (const message of messages) this.#checkOrder(message, messages);
    for (const message of messages) message.wasStarted = true;
    const running = { destination, batch };
    this.#running.add(running);
    return running;
  }

  ended(running: Running): void {
    this.#running.delete(running);
  }

  /** The service acted on these. */
  took(batch: Batch<unknown>, ids: readonly string[]): void {
    for (const id of ids) this.known.get(id)?.takenIn.add(batch.id);
  }

  /** The batch was answered message by message: its id may mean something else from now on. */
  dissolved(batch: Batch<unknown>): void {
    this.#sealed.delete(batch.id);
  }

  settled({ id, status, batchId }: DeliveryRecord): void {
    const message = this.known.get(id) ?? fail(`phantom: ${id} was never accepted`);
    if (message.settled) fail(`${id} was settled twice: ${message.settled}, then ${status}`);
    message.settled = status === "delivered" ? "delivered" : "dead";
    if (status === "dead" && batchId !== undefined) this.#sealed.delete(batchId);
    if (status === "delivered" && message.takenIn.size === 0)
      fail(`${id} counts as delivered, but the service never took it`);
  }

  paused({ destination, group, until }: PausedEvent): void {
    this.#pausedUntil.set(`${destination} ${group}`, until);
  }

  /** An outcome that is no failure ends the pause of its group, whenever it comes. */
  recovered(destination: string, group: string): void {
    this.#pausedUntil.delete(`${destination} ${group}`);
  }

  replayed(ids: readonly string[]): void {
    for (const id of ids) {
      const message = this.known.get(id) ?? fail(`phantom: ${id} was never accepted`);
      Object.assign(message, { place: this.#places++, wasStarted: false, settled: undefined });
      message.takenIn.clear();
    }
  }

  /** The process died: what it had under way is over, its pauses are forgotten. */
  crashed(): void {
    this.#running.clear();
    this.#pausedUntil.clear();
    this.#starts.clear();
  }

  #checkLeases(messages: readonly Known[], batch: Batch<unknown>): void {
    for (const { id, settled } of messages) {
      if (settled) fail(`${id} was started again after it was ${settled}`);
      for (const other of this.#running) {
        if (other.batch.messages.some((message) => message.id === id))
          fail(`${id} is under way in ${other.batch.id} and in ${batch.id}`);
      }
    }
  }

  #checkRoom(destination: string, group: string): void {
    const rules = this.#rules[destination] ?? fail(`no rules for ${destination}`);
    const running = [...this.#running].filter((other) => other.destination === destination);
    if (running.length >= rules.total) fail(`${destination}: more than ${rules.total} attempts under way`);
    const ofGroup = running.filter(({ batch }) => batch.group === group);
    if (ofGroup.length >= rules.perGroup)
      fail(`${destination}: more than ${rules.perGroup} attempts of ${group} under way`);
    const until = this.#pausedUntil.get(`${destination} ${group}`) ?? 0;
    if (this.#now() < until)
      fail(`${destination}: ${group} is paused until ${until}, an attempt started at ${this.#now()}`);
    if (!rules.rate) return;
    const starts = this.#starts.get(destination) ?? [];
    const { max, interval } = rules.rate;
    starts.push(this.#now());
    this.#starts.set(destination, starts);
    const within = starts.filter((start) => start > this.#now() - interval).length;
    if (within > max) fail(`${destination}: ${within} starts within ${interval} ms, ${max} are allowed`);
  }

  #checkSealed(batch: Batch<unknown>): void {
    const shape = JSON.stringify([batch.messages.map(({ id }) => id), batch.sealedAt]);
    const before = this.#sealed.get(batch.id);
    if (before !== undefined && before !== shape)
      fail(`batch ${batch.id} changed from ${before} to ${shape}`);
    this.#sealed.set(batch.id, shape);
  }

  #checkOrder(message: Known, batch: readonly Known[]): void {
    const { triple, orderKey, place, id } = message;
    if (orderKey !== undefined) {
      for (const other of this.known.values()) {
        if (other.triple !== triple || other.orderKey !== orderKey || other.place >= place) continue;
        // One that has expired can only die.
        if (other.settled || other.expiresAt <= this.#now()) continue;
        if (!batch.includes(other)) fail(`${id} overtook ${other.id} of its order key`);
      }
    } else if (!message.wasStarted && !message.isDelayed) {
      const last = this.#lastStarted.get(triple) ?? -1;
      if (place < last) fail(`${id} was first tried after a message that was committed later`);
      this.#lastStarted.set(triple, place);
    }
  }
}

export function fail(message: string): never {
  throw new Error(message);
}
