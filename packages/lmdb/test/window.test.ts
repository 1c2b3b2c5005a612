import { expect, test } from "vitest";
import { type Source, Window, type WindowLimits } from "../src/window.js";

interface Item {
  readonly seq: number;
  readonly group: string;
  readonly bytes: number;
}

/** Lines on a disk, and a window on them; claims as a lane does. */
class World {
  readonly lines = new Map<string, Item[]>();
  readonly out = new Set<Item>();
  inMemory = 0;
  most = 0;
  reads = 0;
  readonly window: Window<Item>;
  #seq = 0;

  constructor(limits: WindowLimits = { items: 20, bytes: 1_000, groups: 10 }) {
    const source: Source<Item> = {
      groupAfter: (key) => {
        const next = [...this.lines.keys()]
          .sort()
          .find((group) => (key === undefined || group > key) && (this.lines.get(group)?.length ?? 0) > 0);
        return next === undefined ? undefined : { key: next, group: next };
      },
      read: (group, seq) => {
        this.reads += 1;
        const line = (this.lines.get(group) ?? []).filter((item) => item.seq > seq);
        const items = line.slice(0, 4).filter((item) => !this.out.has(item));
        this.#entered(items);
        return { items, through: line[3]?.seq ?? line.at(-1)?.seq ?? seq, end: line.length <= 4 };
      },
      forget: (item) => {
        this.out.delete(item);
        this.inMemory -= 1;
      },
    };
    this.window = new Window(source, limits);
  }

  accept(group: string): void {
    const item = { seq: ++this.#seq, group, bytes: 1 };
    const line = this.lines.get(group) ?? [];
    this.lines.set(group, line);
    line.push(item);
    if (!this.window.wantsTail(group, item.seq)) return;
    this.#entered([item]);
    this.window.add(item);
  }

  claim(budget: number, blocked: (group: string) => boolean = () => false): Item[] {
    const claimed: Item[] = [];
    this.window.takeTurns((group, next, drop) => {
      if (blocked(group)) return "blocked";
      for (let item = next(), turn = 0; item; item = next()) {
        if (claimed.length === budget) return "enough";
        if (turn++ === 2) return "more";
        drop();
        claimed.push(item);
        this.inMemory -= 1;
      }
      return "more";
    });
    return claimed;
  }

  settle(items: readonly Item[]): void {
    for (const item of items) {
      this.out.delete(item);
      const line = this.lines.get(item.group) as Item[];
      line.splice(line.indexOf(item), 1);
    }
  }

  drain(): number[] {
    const seqs: number[] = [];
    for (let items = this.claim(7); items.length > 0; items = this.claim(7)) {
      seqs.push(...items.map(({ seq }) => seq));
      this.settle(items);
    }
    return seqs;
  }

  #entered(items: readonly Item[]): void {
    for (const item of items) this.out.add(item);
    this.inMemory += items.length;
    this.most = Math.max(this.most, this.inMemory);
  }
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const sorted = (seqs: number[]) => [...seqs].sort((a, b) => a - b);

test("one group: in order, however much longer the line is than the window", () => {
  const world = new World();
  for (let i = 0; i < 200; i++) world.accept("a");
  expect(world.most).toBeLessThanOrEqual(20);
  expect(world.drain()).toEqual(upTo(200));
  expect(world.most).toBeLessThanOrEqual(24);
});

test("more groups than are kept in mind: each message once, each group in order", () => {
  const world = new World();
  for (let i = 0; i < 300; i++) world.accept(`g${i % 50}`);
  const seqs = world.drain();
  expect(sorted(seqs)).toEqual(upTo(300));
  for (let group = 0; group < 50; group++) {
    const own = seqs.filter((seq) => (seq - 1) % 50 === group);
    expect(own).toEqual(sorted(own));
  }
});

test("messages keep coming while groups are found, emptied and met again", () => {
  const world = new World();
  const seqs: number[] = [];
  for (let i = 0; i < 300; i++) {
    world.accept(`g${(i * 7) % 30}`);
    if (i % 3 > 0) continue;
    const items = world.claim(2);
    seqs.push(...items.map(({ seq }) => seq));
    world.settle(items);
  }
  seqs.push(...world.drain());
  expect(sorted(seqs)).toEqual(upTo(300));
});

test("blocked groups are set aside, give up their room, and come back when they are reopened", () => {
  const world = new World({ items: 20, bytes: 1_000, groups: 100 });
  for (let i = 0; i < 100; i++) world.accept(i < 80 ? "dead" : "well");
  const isDead = (group: string) => group === "dead";
  const seqs: number[] = [];
  for (let items = world.claim(7, isDead); items.length > 0; items = world.claim(7, isDead)) {
    seqs.push(...items.map(({ seq }) => seq));
    world.settle(items);
  }
  expect(seqs).toEqual(upTo(100).slice(80));
  const before = world.reads;
  expect(world.claim(7, isDead)).toEqual([]);
  expect(world.reads).toBe(before);
  world.window.reopen(["dead"]);
  expect(world.drain()).toEqual(upTo(80));
});

test("what others accepted is found when the window looks again", () => {
  const world = new World();
  world.accept("a");
  expect(world.drain()).toEqual([1]);
  world.lines.set("b", [{ seq: 50, group: "b", bytes: 1 }]);
  expect(world.claim(7)).toEqual([]);
  world.window.lookAgain();
  expect(world.drain()).toEqual([50]);
});

test("what was claimed and given back goes before what is behind it", () => {
  const world = new World();
  for (let i = 0; i < 6; i++) world.accept("a");
  const [first, second] = world.claim(2) as [Item, Item];
  world.window.giveBack(second);
  world.window.giveBack(first);
  expect(world.drain()).toEqual(upTo(6));
});
