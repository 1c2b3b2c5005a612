import type { Clock } from "./clock.js";
import { DestError } from "./errors.js";
import type { DestinationStats, NewMessage } from "./outbox.js";

/** Per destination, so that one that is down cannot fill the room of the others. */
export interface Limits {
  /** Pending, delivering or retrying. Default 100,000 in memory, 10 million in a durable outbox. */
  readonly messages?: number | undefined;
  /** Of these, in bytes. Default 256 MiB in memory, 16 GiB in a durable outbox. */
  readonly bytes?: number | undefined;
  /** Dead letters kept. Default 100,000. */
  readonly dead?: number | undefined;
  /** Bytes of all open batches of all destinations together; at this the largest closes. Default 256 MiB. */
  readonly openBatchBytes?: number | undefined;
}

/** `"reject"`: a run that does not fit fails at once. `waitMs`: it waits so long for room first. */
export type WhenFull = "reject" | { readonly waitMs: number };

interface Room {
  messages: number;
  bytes: number;
  dead: number;
}

const mebibyte = 1024 * 1024;

/** Keeps count of what each destination has waiting, and says when that is too much. */
export class Rooms {
  readonly #rooms: ReadonlyMap<string, Room>;
  readonly #clock: Clock;
  readonly #whenFull: WhenFull;
  readonly #most: Room;
  readonly #waiting = new Set<() => void>();

  constructor(names: Iterable<string>, durable: boolean, limits: Limits, whenFull: WhenFull, clock: Clock) {
    this.#rooms = new Map([...names].map((name) => [name, { messages: 0, bytes: 0, dead: 0 }]));
    this.#clock = clock;
    this.#whenFull = whenFull;
    const messages = limits.messages ?? (durable ? 10_000_000 : 100_000);
    const bytes = limits.bytes ?? (durable ? 16_384 : 256) * mebibyte;
    this.#most = { messages, bytes, dead: limits.dead ?? 100_000 };
  }

  /** What the outbox held when it was opened. */
  begin(stats: ReadonlyMap<string, DestinationStats>): void {
    for (const [name, { pending, delivering, retrying, dead, bytes }] of stats) {
      const room = this.#rooms.get(name);
      if (room) Object.assign(room, { messages: pending + delivering + retrying, bytes, dead });
    }
  }

  /** Before the work: rejects with `DEST_OUTBOX_FULL` where no destination could take anything. Undefined: go on. */
  admitWork(): Promise<void> | undefined {
    return this.#withRoom(() => {
      for (const room of this.#rooms.values()) if (!this.#isFull(room)) return undefined;
      return this.#rooms.size === 0
        ? undefined
        : full("every destination has as much waiting as its limits allow");
    });
  }

  /** At commit: counts the messages in, or rejects with `DEST_OUTBOX_FULL` and counts none. Undefined: they are in. */
  reserve(messages: readonly NewMessage[]): Promise<void> | undefined {
    return this.#withRoom(() => this.#tryReserve(messages));
  }

  /** A commit that failed after all: its messages are not there. */
  unreserve(messages: readonly NewMessage[]): void {
    for (const { destination, bytes } of messages) this.left(destination, bytes, false);
  }

  /** A message was delivered, or died. */
  left(destination: string, bytes: number, died: boolean): void {
    const room = this.#rooms.get(destination);
    if (!room) return;
    room.messages -= 1;
    room.bytes -= bytes;
    if (died) room.dead += 1;
    for (const retry of this.#waiting) retry();
  }

  replayed(destination: string): void {
    const room = this.#rooms.get(destination);
    if (!room) return;
    room.messages += 1;
    room.dead -= 1;
  }

  #tryReserve(messages: readonly NewMessage[]): DestError | undefined {
    const before = new Map<Room, Room>();
    for (const { destination, bytes } of messages) {
      const room = this.#rooms.get(destination);
      if (!room) continue;
      if (!before.has(room)) before.set(room, { ...room });
      room.messages += 1;
      room.bytes += bytes;
    }
    for (const [name, room] of this.#rooms) {
      if (!before.has(room) || !this.#exceeds(room)) continue;
      const reason = describe(name, room, this.#most);
      for (const [touched, was] of before) Object.assign(touched, was);
      return full(reason);
    }
    return undefined;
  }

  #exceeds({ messages, bytes, dead }: Room): boolean {
    return messages > this.#most.messages || bytes > this.#most.bytes || dead > this.#most.dead;
  }

  #isFull({ messages, bytes, dead }: Room): boolean {
    return messages >= this.#most.messages || bytes >= this.#most.bytes || dead > this.#most.dead;
  }

  #withRoom(attempt: () => DestError | undefined): Promise<void> | undefined {
    const refused = attempt();
    if (!refused) return undefined;
    if (this.#whenFull === "reject") return Promise.reject(refused);
    const { waitMs } = this.#whenFull;
    return new Promise<void>((resolve, reject) => {
      const end = (error?: DestError) => {
        this.#waiting.delete(retry);
        timer.cancel();
        if (error) reject(error);
        else resolve();
      };
      const retry = () => {
        if (!attempt()) end();
      };
      const timer = this.#clock.after(waitMs, () => end(refused), true);
      this.#waiting.add(retry);
    });
  }
}

function full(reason: string): DestError {
  const message = `${reason}: nothing of this run was accepted. Try again later, raise limits, or replay or remove dead letters`;
  return new DestError("DEST_OUTBOX_FULL", message, { retryable: true });
}

function describe(name: string, room: Room, most: Room): string {
  if (room.dead > most.dead) return `${name} has more than ${most.dead} dead letters (limits.dead)`;
  if (room.bytes > most.bytes)
    return `${name} would have more than ${most.bytes} bytes waiting (limits.bytes)`;
  return `${name} would have more than ${most.messages} messages waiting (limits.messages)`;
}
