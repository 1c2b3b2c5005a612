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

/** A message in its home. An array, as names of fields would be stored with each. */
export type Row = readonly [
  /** From the home's seq. */
  distance: number,
  id: string,
  bytes: number,
  value: unknown,
  /** Null after a round through JSON. */
  options: RowOptions | null | undefined,
  life?: Life,
];

export type RowOptions = Pick<
  NewMessage,
  "batchKey" | "orderKey" | "idempotencyKey" | "availableAt" | "expiresAt" | "step"
>;

export function rowOf(distance: number, message: NewMessage): Row {
  const { id, bytes, value, batchKey, orderKey, idempotencyKey, availableAt, expiresAt, step } = message;
  const isPlain =
    batchKey === undefined &&
    orderKey === undefined &&
    idempotencyKey === undefined &&
    availableAt === undefined &&
    expiresAt === undefined &&
    step === undefined;
  const options = isPlain ? undefined : { batchKey, orderKey, idempotencyKey, availableAt, expiresAt, step };
  return [distance, id, bytes, value, options];
}

const noOptions: RowOptions = {};

/** Whether a payload among them has bytes in it, which are no JSON. */
export function holdsBytes({ rows }: StoredHome): boolean {
  return rows.some(([, , , value]) => hasBytes(value));
}

function hasBytes(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array) return true;
  if (Array.isArray(value)) return value.some(hasBytes);
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === "object" && hasBytes(member)) return true;
  }
  return false;
}

/** Messages of one run to one group of one destination, stored as one value and deleted with its last. */
export class Home {
  readonly entries: readonly Entry[];
  states: State[];
  /** Entries that are in memory for a reason: ready, held, or in a batch that is in memory. */
  users = 0;
  /** The states are in the store, or were: as long as nothing has happened to any of its messages, none are. */
  hasStates: boolean;

  constructor(
    readonly seq: number,
    readonly kind: Kind,
    stored: StoredHome,
    states?: State[],
  ) {
    this.hasStates = states !== undefined;
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
    [distance, id, bytes, value, given, life]: Row,
  ) {
    const options = given ?? noOptions;
    this.id = id;
    this.destination = stored.destination;
    this.group = stored.group;
    this.batchKey = options.batchKey;
    this.orderKey = options.orderKey;
    this.idempotencyKey = options.idempotencyKey ?? id;
    this.givenIdempotencyKey = options.idempotencyKey;
    this.availableAt = options.availableAt ?? stored.acceptedAt;
    this.expiresAt = options.expiresAt;
    this.step = options.step;
    this.bytes = bytes;
    this.value = value;
    this.seq = home.seq + distance;
    this.acceptedAt = stored.acceptedAt;
    this.origin = options.step === undefined ? stored.origin : { ...stored.origin, step: options.step };
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
    const options = { batchKey, orderKey, idempotencyKey, availableAt, expiresAt, step };
    const row: Row = life ? [0, id, bytes, value, options, life] : [0, id, bytes, value, options];
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
