import type { AttemptRecord, JsonValue, NewMessage, Origin, StoredMessage } from "@dest/core";
import type { Sealed } from "./sealed.js";

/** What a message has been through. Absent on one that was never tried. */
export interface Life {
  readonly attempts: readonly AttemptRecord[];
  /** Since it was accepted or replayed. */
  readonly tried: number;
  readonly firstTriedAt?: number | undefined;
  readonly progress?: JsonValue | undefined;
}

/** Where a message of a home is now: in the line of its group, gone from the home, or in the batch of that id. */
export type State = 0 | -1 | string;

/** `0`: as it was accepted. `1`: a message on its own, with what it has been through. */
export type Kind = 0 | 1;

/** The stored form of a home. */
export interface StoredHome {
  readonly runId: string;
  readonly origin: Origin;
  readonly acceptedAt: number;
  readonly destination: string;
  readonly group: string;
  readonly rows: readonly Row[];
}

/** Distance from the home's seq, then the message. */
export type Row = readonly [
  distance: number,
  message: Omit<NewMessage, "destination" | "group">,
  life?: Life,
];

/** Messages of one run to one group of one destination, stored as one value and deleted with its last. */
export class Home {
  readonly entries: readonly Entry[];
  states: State[];
  /** Entries that are in memory for a reason: ready, held, or in a batch that is in memory. */
  users = 0;

  constructor(
    readonly seq: number,
    readonly kind: Kind,
    stored: StoredHome,
    states?: State[],
  ) {
    this.entries = stored.rows.map((row, i) => new Entry(this, i, stored, row));
    this.states = states ?? new Array<State>(stored.rows.length).fill(0);
  }

  get destination(): string {
    return (this.entries[0] as Entry).destination;
  }

  get key(): [number, number] {
    return [this.seq, this.kind];
  }
}

/** A message in memory. */
export class Entry implements StoredMessage {
  /** `out`: only the home keeps it. `ready`: it may be claimed. `held`: claimed. `sealed`: its batch is in memory. */
  where: "out" | "ready" | "held" | "sealed" = "out";
  batch: Sealed | undefined;
  readonly life: Life | undefined;

  readonly id: string;
  readonly destination: string;
  readonly group: string;
  readonly batchKey: string | undefined;
  readonly orderKey: string | undefined;
  readonly idempotencyKey: string;
  readonly givenIdempotencyKey: string | undefined;
  readonly availableAt: number;
  readonly expiresAt: number | undefined;
  readonly step: string | undefined;
  readonly bytes: number;
  readonly value: unknown;
  readonly seq: number;
  readonly acceptedAt: number;
  readonly origin: Origin;

  constructor(
    readonly home: Home,
    readonly index: number,
    stored: StoredHome,
    [distance, message, life]: Row,
  ) {
    this.id = message.id;
    this.destination = stored.destination;
    this.group = stored.group;
    this.batchKey = message.batchKey;
    this.orderKey = message.orderKey;
    this.idempotencyKey = message.idempotencyKey ?? message.id;
    this.givenIdempotencyKey = message.idempotencyKey;
    this.availableAt = message.availableAt ?? stored.acceptedAt;
    this.expiresAt = message.expiresAt;
    this.step = message.step;
    this.bytes = message.bytes;
    this.value = message.value;
    this.seq = home.seq + distance;
    this.acceptedAt = stored.acceptedAt;
    this.origin = message.step === undefined ? stored.origin : { ...stored.origin, step: message.step };
    this.life = life;
  }

  get state(): State {
    return this.home.states[this.index] as State;
  }

  get attempts(): readonly AttemptRecord[] {
    const own = this.life?.attempts ?? [];
    return this.batch && this.batch.attempts.length > 0 ? [...own, ...this.batch.attempts] : own;
  }

  get tried(): number {
    return (this.life?.tried ?? 0) + (this.batch?.tried ?? 0);
  }

  get firstTriedAt(): number | undefined {
    return this.life?.firstTriedAt ?? this.batch?.firstTriedAt;
  }

  get progress(): JsonValue | undefined {
    return this.life?.progress;
  }

  move(to: Entry["where"]): void {
    if ((this.where === "out") !== (to === "out")) this.home.users += to === "out" ? -1 : 1;
    this.where = to;
  }

  /** The stored form of this message alone. */
  alone(life: Life | undefined, availableAt: number): StoredHome {
    const { id, batchKey, orderKey, expiresAt, step, bytes, value, destination, group } = this;
    const { runId } = this.origin;
    const idempotencyKey = this.givenIdempotencyKey;
    const message = { id, batchKey, orderKey, idempotencyKey, availableAt, expiresAt, step, bytes, value };
    const row: Row = life ? [0, message, life] : [0, message];
    return { runId, origin: this.origin, acceptedAt: this.acceptedAt, destination, group, rows: [row] };
  }
}

/** Runs of equal states, for storing. */
export function packStates(states: readonly State[]): [number, State][] {
  const runs: [number, State][] = [];
  for (const state of states) {
    const run = runs.at(-1);
    if (run && run[1] === state) run[0] += 1;
    else runs.push([1, state]);
  }
  return runs;
}

export function unpackStates(runs: readonly [number, State][]): State[] {
  return runs.flatMap(([count, state]) => new Array<State>(count).fill(state));
}
