import type { ClaimRequest } from "@dest/core";
import type { Accepted } from "./accept.js";
import type { BatchCache } from "./batch-cache.js";
import { type Entry, Home, type Kind } from "./home.js";
import type { Homes } from "./homes.js";
import { afterText, keyText, last } from "./keys.js";
import { OrderLines } from "./order-lines.js";
import { Sealed } from "./sealed.js";
import type { Key } from "./tables.js";
import type { Source } from "./window.js";
import { Window } from "./window.js";

const readAtOnce = 128;

/** What one destination's lane may claim: the windows on its lines of messages and of sealed batches. */
export class Lane {
  readonly #name: string;
  readonly #homes: Homes;
  readonly #messages: Window<Entry>;
  readonly #batches: Window<Sealed>;
  readonly #order: OrderLines;
  readonly #visible: () => number;
  readonly #cache: BatchCache;
  #nextDue: number | undefined | "unknown" = "unknown";

  constructor(name: string, homes: Homes, cache: BatchCache, visible: () => number) {
    this.#name = keyText(name);
    this.#homes = homes;
    this.#visible = visible;
    this.#cache = cache;
    this.#order = new OrderLines(homes.store);
    this.#messages = new Window<Entry>(this.#messageSource());
    this.#batches = new Window<Sealed>(this.#batchSource());
  }

  claim(request: ClaimRequest): { messages: Entry[]; batches: Sealed[] } {
    this.#messages.reopen(request.reopened);
    this.#batches.reopen(request.reopened);
    return { messages: this.#claimMessages(request), batches: this.#claimBatches(request) };
  }

  /** A home that was just accepted, at the tail. */
  accepted({ seq, stored }: Accepted): void {
    if (!this.#messages.wantsTail(stored.group, seq)) return;
    const home = new Home(seq, 0, stored);
    for (const entry of home.entries) this.#expose(entry);
    this.#homes.keep(home);
  }

  /** A message whose time has come: it is in line again, or for the first time. */
  due(group: string, seq: number, kind: Kind): void {
    if (!this.#messages.wantsLate(group, seq)) return;
    const home = this.#homes.load(seq, kind);
    for (const entry of home?.entries ?? []) if (entry.where === "out") this.#expose(entry);
    if (home) this.#homes.release(home);
  }

  batchDue(group: string, seq: number, id: string): void {
    if (this.#cache.has(id) || !this.#batches.wantsLate(group, seq)) return;
    const stored = this.#homes.batch(id);
    if (stored) this.#addBatch(new Sealed(stored));
  }

  /** A batch that was just sealed. Answers whether it is kept in memory. */
  sealed(batch: Sealed): boolean {
    if (!this.#batches.wantsLate(batch.group, batch.seq)) return false;
    this.#addBatch(batch);
    return true;
  }

  /** When the next message or batch is due that is in no line yet. */
  get nextDue(): number | undefined {
    if (this.#nextDue === "unknown") this.#nextDue = this.#readNextDue();
    return this.#nextDue;
  }

  scheduleChanged(): void {
    this.#nextDue = "unknown";
  }

  /** A claimed message goes back to its place in line. */
  giveBack(entry: Entry): void {
    this.#order.left(entry);
    entry.move("out");
    if (!this.#order.mayClaim(entry) || !this.#order.ready(entry)) return;
    entry.move("ready");
    this.#messages.giveBack(entry);
  }

  giveBackBatch(batch: Sealed): void {
    batch.where = "ready";
    this.#batches.giveBack(batch);
  }

  /** It is not held any longer: settled, in a sealed batch, or waiting for its time. */
  left(entry: Entry): void {
    this.#order.left(entry);
  }

  /** Lets the next of the order key come forward, where it was passed over. */
  advance(entry: Entry): void {
    if (entry.orderKey === undefined) return;
    const next = this.#order.next(entry);
    if (next === undefined || next > this.#visible() || this.#order.readyOf(entry)?.seq === next) return;
    const successor = this.#homes.inLine(next);
    if (successor?.where === "out" && this.#messages.wantsLate(successor.group, next))
      this.#expose(successor);
  }

  lookAgain(): void {
    this.#nextDue = "unknown";
    this.#messages.lookAgain();
    this.#batches.lookAgain();
  }

  clear(): void {
    this.#nextDue = "unknown";
    this.#messages.clear();
    this.#batches.clear();
    this.#order.clear();
  }

  #expose(entry: Entry): void {
    if (!this.#order.mayClaim(entry) || !this.#order.ready(entry)) return;
    entry.move("ready");
    this.#messages.add(entry);
  }

  #addBatch(batch: Sealed): void {
    batch.where = "ready";
    this.#cache.add(batch);
    this.#batches.add(batch);
  }

  #readNextDue(): number | undefined {
    let next: number | undefined;
    for (const kind of ["m", "b"]) {
      const range = { start: [this.#name, kind, 0], end: [this.#name, kind, last, last], limit: 1 };
      for (const key of this.#homes.store.tables.late.getKeys(range))
        next = Math.min(next ?? last, key[2] as number);
    }
    return next;
  }

  #claimMessages({ messages: budget, perGroup, full, paused }: ClaimRequest): Entry[] {
    const claimed: Entry[] = [];
    if (budget <= 0) return claimed;
    this.#messages.takeTurns((group, next, drop) => {
      if (paused.has(group)) return "blocked";
      const isFull = full.has(group);
      let started = 0;
      for (let entry = next(); entry; entry = next()) {
        // It was ready before another of its key came back.
        if (!this.#order.mayClaim(entry)) {
          drop();
          this.#order.left(entry);
          entry.move("out");
          continue;
        }
        const alone = entry.batchKey === undefined;
        if (alone && isFull) return "blocked";
        if (claimed.length === budget) return "enough";
        if (alone && started === perGroup) return "more";
        drop();
        entry.move("held");
        claimed.push(entry);
        if (alone) started += 1;
        this.#order.claimed(entry);
        this.advance(entry);
      }
      return "more";
    });
    return claimed;
  }

  #claimBatches({ batches: budget, perGroup, full, paused }: ClaimRequest): Sealed[] {
    const claimed: Sealed[] = [];
    if (budget <= 0) return claimed;
    this.#batches.takeTurns((group, next, drop) => {
      if (paused.has(group) || full.has(group)) return "blocked";
      let started = 0;
      for (let batch = next(); batch; batch = next()) {
        if (claimed.length === budget) return "enough";
        if (started === perGroup) return "more";
        drop();
        batch.where = "held";
        claimed.push(batch);
        started += 1;
      }
      return "more";
    });
    return claimed;
  }

  #messageSource(): Source<Entry> {
    return {
      groupAfter: (key) => this.#groupAfter("m", key),
      read: (group, seq) => {
        const items: Entry[] = [];
        let through = seq;
        for (const key of this.#line("m", group, seq)) {
          const [at, kind] = key.slice(3) as [number, Kind];
          through = at;
          const home = this.#homes.load(at, kind);
          for (const entry of home?.entries ?? []) {
            if (entry.state !== 0 || entry.where !== "out") continue;
            if (!this.#order.mayClaim(entry) || !this.#order.ready(entry)) continue;
            entry.move("ready");
            items.push(entry);
          }
          if (items.length >= readAtOnce) return { items, through, end: false };
        }
        return { items, through, end: true };
      },
      forget: (entry) => {
        this.#order.left(entry);
        entry.move("out");
        this.#homes.release(entry.home);
      },
    };
  }

  #batchSource(): Source<Sealed> {
    return {
      groupAfter: (key) => this.#groupAfter("b", key),
      read: (group, seq) => {
        const items: Sealed[] = [];
        let through = seq;
        for (const key of this.#line("b", group, seq)) {
          const [at, id] = key.slice(3) as [number, string];
          through = at;
          if (this.#cache.has(id)) continue;
          const stored = this.#homes.batch(id);
          if (!stored) continue;
          const batch = new Sealed(stored);
          batch.where = "ready";
          this.#cache.add(batch);
          items.push(batch);
          if (items.length >= readAtOnce) return { items, through, end: false };
        }
        return { items, through, end: true };
      },
      forget: (batch) => {
        batch.where = "out";
        this.#cache.delete(batch);
      },
    };
  }

  #groupAfter(kind: "m" | "b", after: string | undefined): { key: string; group: string } | undefined {
    const { lines } = this.#homes.store.tables;
    const start = after === undefined ? [this.#name, kind] : [this.#name, kind, after, last];
    for (const key of lines.getKeys({ start, end: [this.#name, kind, afterText], limit: 1 })) {
      const [, , group, seq, id] = key as [string, string, string, number, Key];
      return { key: group, group: group.startsWith("#") ? this.#homes.groupOf(kind, seq, id) : group };
    }
    return undefined;
  }

  #line(kind: "m" | "b", group: string, after: number): Iterable<Key[]> {
    const prefix = [this.#name, kind, keyText(group)];
    const start = [...prefix, after, last];
    const end = [...prefix, kind === "m" ? this.#visible() : last, last];
    return this.#homes.store.tables.lines.getKeys({ start, end });
  }
}
