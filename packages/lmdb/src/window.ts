/** What is claimed: a message, or the head of a sealed batch. */
interface Item {
  readonly seq: number;
  readonly group: string;
  readonly bytes: number;
}

/** Where a window reads from. */
export interface Source<T> {
  /** The first group whose key comes after that one and which has something in line. */
  groupAfter(key: string | undefined): { readonly key: string; readonly group: string } | undefined;
  /** What is in line of the group behind `seq`, some of it: `through` is how far it looked, `end` that there is no more. */
  read(group: string, seq: number): { readonly items: T[]; readonly through: number; readonly end: boolean };
  /** It is not in memory any longer, and will be read again. */
  forget(item: T): void;
}

/** One group's items that are in memory and due, the lowest `seq` first. */
class Ready<T extends Item> {
  #items: (T | undefined)[] = [];
  #head = 0;
  /** How far the line on the disk was read. */
  through = 0;
  /** The line on the disk has nothing behind `through`. */
  end = false;
  place: "nowhere" | "ring" | "aside" = "nowhere";

  constructor(readonly group: string) {}

  get size(): number {
    return this.#items.length - this.#head;
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    // What was handed out must not be kept.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head >= keptBehind && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  insert(item: T): void {
    let at = this.#items.length;
    while (at > this.#head && (this.#items[at - 1] as T).seq > item.seq) at -= 1;
    if (at === this.#items.length) this.#items.push(item);
    else this.#items.splice(at, 0, item);
  }

  clear(): T[] {
    const items = this.#items.slice(this.#head) as T[];
    this.#items = [];
    this.#head = 0;
    return items;
  }
}

export interface WindowLimits {
  readonly items: number;
  readonly bytes: number;
  readonly groups: number;
}

const defaults: WindowLimits = { items: 16_384, bytes: 32 * 1024 * 1024, groups: 10_000 };
const ringAtLeast = 64;
const keptBehind = 1_024;

/**
 * The part of a destination's backlog that is in memory: for each group, the head of its line. The rest stays on the
 * disk, and so do groups that were not reached yet. Groups are handed out round robin; blocked ones are set aside, so
 * that thousands of them cost a claim nothing, and are the first to give up their room.
 */
export class Window<T extends Item> {
  readonly #source: Source<T>;
  readonly #limits: WindowLimits;
  readonly #groups = new Map<string, Ready<T>>();
  readonly #ring = new Set<Ready<T>>();
  // Groups whose key is up to this one are known, or have nothing. Null: none is. Undefined: all are.
  #known: string | undefined | null = null;
  #items = 0;
  #bytes = 0;

  constructor(source: Source<T>, limits: WindowLimits = defaults) {
    this.#source = source;
    this.#limits = limits;
  }

  /** Whether what is new at the tail of this group's line shall be appended. Otherwise it will be read when needed. */
  wantsTail(group: string, seq: number): boolean {
    const ready = this.#groups.get(group) ?? this.#meet(group, seq - 1);
    if (!ready?.end || ready.through >= seq) return false;
    if (this.#isFull) ready.end = false;
    else ready.through = seq;
    return ready.end;
  }

  /** Whether what came into this group's line shall be inserted: reading on would not find it. */
  wantsLate(group: string, seq: number): boolean {
    const ready = this.#groups.get(group) ?? this.#meet(group, seq);
    if (!ready || (!ready.end && ready.through < seq)) return false;
    if (!this.#isFull) return true;
    this.#evict(ready);
    return false;
  }

  /** Takes in what `wantsTail` or `wantsLate` said yes to. */
  add(item: T): void {
    const ready = this.#groups.get(item.group);
    if (ready) this.#insert(ready, item);
  }

  /** An item that was claimed and was given back. */
  giveBack(item: T): void {
    const ready =
      this.#groups.get(item.group) ?? this.#enter(item.group, item.seq, this.#known === undefined);
    this.#insert(ready, item);
  }

  /** Others wrote to the store: every line may have grown. */
  lookAgain(): void {
    for (const ready of this.#groups.values()) ready.end = false;
    this.#known = null;
  }

  /** Groups that may be open again; without names, all. */
  reopen(groups: Iterable<string> = this.#groups.keys()): void {
    for (const group of groups) {
      const ready = this.#groups.get(group);
      if (ready?.place === "aside") this.#ringIn(ready);
    }
  }

  /** Visits groups in turn until `visit` answers "enough". "blocked" sets a group aside. */
  takeTurns(
    visit: (group: string, next: () => T | undefined, drop: () => void) => "more" | "blocked" | "enough",
  ): void {
    this.#discover();
    for (let turns = this.#ring.size; turns > 0; turns--) {
      const [ready] = this.#ring;
      if (!ready) return;
      this.#ring.delete(ready);
      const answer = visit(
        ready.group,
        () => this.#next(ready),
        () => this.#drop(ready),
      );
      this.#leave(ready, answer === "blocked");
      if (answer === "enough") return;
      if (turns === 1) turns += this.#discover();
    }
  }

  clear(): void {
    for (const ready of this.#groups.values()) this.#evict(ready);
    this.#groups.clear();
    this.#ring.clear();
    this.#known = null;
  }

  get #isFull(): boolean {
    return this.#items >= this.#limits.items || this.#bytes >= this.#limits.bytes;
  }

  #next(ready: Ready<T>): T | undefined {
    while (ready.size === 0 && !ready.end) {
      const { items, through, end } = this.#source.read(ready.group, ready.through);
      ready.through = Math.max(through, ready.through);
      ready.end = end;
      for (const item of items) this.#insert(ready, item);
      if (this.#isFull) this.#makeRoom(ready);
    }
    return ready.peek();
  }

  #insert(ready: Ready<T>, item: T): void {
    ready.insert(item);
    this.#items += 1;
    this.#bytes += item.bytes;
  }

  #drop(ready: Ready<T>): void {
    const item = ready.shift();
    if (!item) return;
    this.#items -= 1;
    this.#bytes -= item.bytes;
  }

  /** Groups that were set aside go first, then those whose turn is far. */
  #makeRoom(keep: Ready<T>): void {
    const inTurn = [...this.#ring].reverse();
    const aside = [...this.#groups.values()].filter(({ place }) => place === "aside");
    for (const ready of [...aside, ...inTurn]) {
      if (this.#items * 4 <= this.#limits.items * 3 && this.#bytes * 4 <= this.#limits.bytes * 3) return;
      if (ready !== keep && ready.size > 0) this.#evict(ready);
    }
  }

  #evict(ready: Ready<T>): void {
    for (const item of ready.clear()) {
      this.#items -= 1;
      this.#bytes -= item.bytes;
      this.#source.forget(item);
    }
    ready.through = 0;
    ready.end = false;
  }

  /** Finds groups on the disk until there are enough to hand out. Answers how many it found. */
  #discover(): number {
    let found = 0;
    while (this.#known !== undefined && this.#ring.size < ringAtLeast) {
      const next = this.#source.groupAfter(this.#known ?? undefined);
      this.#known = next?.key;
      if (!next || this.#groups.has(next.group)) continue;
      this.#enter(next.group, 0, false);
      found += 1;
    }
    return found;
  }

  /** A group that something came in for. Undefined: there are too many; it will be found on the disk. */
  #meet(group: string, through: number): Ready<T> | undefined {
    if (this.#known === undefined && this.#groups.size < this.#limits.groups)
      return this.#enter(group, through, true);
    if (this.#groups.size < this.#limits.groups) return this.#enter(group, 0, false);
    this.#known = null;
    return undefined;
  }

  #enter(group: string, through: number, end: boolean): Ready<T> {
    const ready = new Ready<T>(group);
    ready.through = through;
    ready.end = end;
    this.#groups.set(group, ready);
    this.#ringIn(ready);
    return ready;
  }

  #ringIn(ready: Ready<T>): void {
    ready.place = "ring";
    this.#ring.add(ready);
  }

  #leave(ready: Ready<T>, blocked: boolean): void {
    if (ready.size === 0 && ready.end) {
      ready.place = "nowhere";
      this.#groups.delete(ready.group);
    } else if (blocked) ready.place = "aside";
    else this.#ringIn(ready);
  }
}
