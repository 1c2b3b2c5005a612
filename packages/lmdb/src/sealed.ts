import type { AttemptRecord, JsonValue, SealedBatch } from "@dest/core";
import type { Entry, Home, Kind } from "./home.js";

/** Consecutive members of one home. */
export type Members = readonly [homeSeq: number, kind: Kind, from: number, count: number];

/** The stored form of a batch. Its payloads stay in the homes of its members. */
export interface StoredBatch {
  readonly id: string;
  readonly destination: string;
  readonly group: string;
  readonly key: string;
  readonly sealedAt: number;
  readonly seq: number;
  readonly bytes: number;
  readonly members: readonly Members[];
  readonly availableAt: number;
  readonly attempts: readonly AttemptRecord[];
  readonly tried: number;
  readonly firstTriedAt?: number | undefined;
  readonly progress?: JsonValue | undefined;
  readonly interrupted: number;
}

/** A batch in memory: its head, and its members while they are needed. */
export class Sealed implements Omit<SealedBatch, "messages"> {
  where: "ready" | "held" | "out" = "out";
  /** Absent: they have to be read. */
  messages: readonly Entry[] | undefined;

  constructor(public stored: StoredBatch) {}

  get id(): string {
    return this.stored.id;
  }
  get destination(): string {
    return this.stored.destination;
  }
  get group(): string {
    return this.stored.group;
  }
  get key(): string {
    return this.stored.key;
  }
  get sealedAt(): number {
    return this.stored.sealedAt;
  }
  get seq(): number {
    return this.stored.seq;
  }
  get bytes(): number {
    return this.stored.bytes;
  }
  get availableAt(): number {
    return this.stored.availableAt;
  }
  get attempts(): readonly AttemptRecord[] {
    return this.stored.attempts;
  }
  get tried(): number {
    return this.stored.tried;
  }
  get firstTriedAt(): number | undefined {
    return this.stored.firstTriedAt;
  }
  get progress(): JsonValue | undefined {
    return this.stored.progress;
  }
}

export function membersOf(entries: readonly Entry[]): Members[] {
  const runs: [number, Kind, number, number][] = [];
  let home: Home | undefined;
  for (const entry of entries) {
    const run = runs.at(-1);
    if (run && home === entry.home && run[2] + run[3] === entry.index) run[3] += 1;
    else runs.push([entry.home.seq, entry.home.kind, entry.index, 1]);
    home = entry.home;
  }
  return runs;
}
