import { randomUUID } from "node:crypto";
import { readFileSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSeenAlive, isThisProcess, type ProcessMark, thisProcess } from "./process-mark.js";
import type { Tables } from "./tables.js";

/** Who delivers, as the others see it. */
interface Holder extends ProcessMark {
  readonly id: string;
}

// Handles of this process that may deliver: to itself, it is always alive. Shared by copies of this package.
const key = Symbol.for("@dest/lmdb.holders");
const shared = globalThis as { [key]?: Set<string> };
shared[key] ??= new Set();
const holders = shared[key];

const beatMs = 1_000;
const silentMs = 5_000;

/**
 * One of the processes that have the store open delivers. The lease is in the store, so that taking it is a
 * transaction and a holder that lost it can write nothing more. A holder is dead when its process is; where that
 * cannot be seen (another machine boot, container or platform) when its heartbeat has been silent for 5 seconds.
 */
export class Lease {
  readonly id: string = randomUUID();
  readonly #path: string;
  readonly #pulse: string;
  readonly #self: Holder;
  #beatAt = 0;
  #watched: { readonly of: string; readonly pulse: number; readonly since: number } | undefined;

  constructor(path: string) {
    this.#path = realpathSync(path);
    this.#pulse = join(path, "deliverer");
    this.#self = { id: this.id, ...thisProcess() };
    holders.add(this.#name(this.id));
  }

  /** In a transaction: takes the lease if nobody alive has it. Answers whether it is held now. */
  take(tables: Tables): boolean {
    const holder = read(tables);
    if (holder && holder.id !== this.id && this.#isAlive(holder)) return false;
    tables.meta.put("deliverer", Buffer.from(JSON.stringify(this.#self)));
    this.#show();
    return true;
  }

  /** Whether taking it is worth a transaction. */
  isFree(tables: Tables): boolean {
    const holder = read(tables);
    return !holder || !this.#isAlive(holder);
  }

  isHeld(tables: Tables): boolean {
    return read(tables)?.id === this.id;
  }

  /** In a transaction. */
  release(tables: Tables): void {
    if (!this.isHeld(tables)) return;
    tables.meta.remove("deliverer");
    rmSync(this.#pulse, { force: true });
  }

  /** Whether a process delivers from this store, without opening it. */
  isTaken(): boolean {
    try {
      return this.#isAlive(JSON.parse(readFileSync(this.#pulse, "utf8")) as Holder);
    } catch {
      return false;
    }
  }

  /** Tells processes that cannot see this one that it lives. */
  beat(): void {
    const now = performance.now();
    if (this.#beatAt > 0 && now - this.#beatAt < beatMs) return;
    this.#beatAt = now;
    const time = new Date();
    try {
      utimesSync(this.#pulse, time, time);
    } catch {
      // A full or vanished disk: whatever is written next says so.
    }
  }

  #show(): void {
    try {
      writeFileSync(this.#pulse, JSON.stringify(this.#self), { mode: 0o600 });
    } catch {
      // A full disk: the store itself says so.
    }
  }

  /** Nobody has to wait for this handle any longer. */
  end(): void {
    holders.delete(this.#name(this.id));
  }

  #isAlive(holder: Holder): boolean {
    if (isThisProcess(holder)) return holders.has(this.#name(holder.id));
    const seen = isSeenAlive(holder);
    if (seen !== undefined) return seen;
    return this.#hasPulse(holder);
  }

  // A copy of a store has the lease of the original in it.
  #name(id: string): string {
    return `${id} ${this.#path}`;
  }

  // By what is seen to change, never by comparing clocks: those jump, and differ between machines.
  #hasPulse({ id }: Holder): boolean {
    const now = performance.now();
    let pulse = 0;
    try {
      pulse = statSync(this.#pulse).mtimeMs;
    } catch {
      // No pulse at all is silence.
    }
    if (this.#watched?.of !== id || this.#watched.pulse !== pulse)
      this.#watched = { of: id, pulse, since: now };
    return now - this.#watched.since < silentMs;
  }
}

function read({ meta }: Tables): Holder | undefined {
  const stored = meta.getBinary("deliverer");
  return stored && (JSON.parse(stored.toString()) as Holder);
}
