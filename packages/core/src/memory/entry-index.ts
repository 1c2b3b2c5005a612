import type { Entry } from "./entry.js";

/** Entries whose ids begin alike, those of one run; without those that were removed. */
export class Siblings {
  entries: (Entry | undefined)[] = [];
  left = 0;

  constructor(readonly name: string) {}
}

const compactedFrom = 1_024;

/**
 * Finds entries by id. By run, as most are never looked for, and an index by id would cost more than all else of
 * accepting and settling a message.
 */
export class EntryIndex {
  readonly #runs = new Map<string, Siblings>();

  /** Adds what was committed at once. */
  add(runId: string, entries: readonly Entry[]): void {
    // All of a commit have ids of one form.
    const areOfRun = entries[0]?.id.startsWith(`${runId}.`);
    let siblings: Siblings | undefined;
    for (const entry of entries) {
      const name = areOfRun ? runId : entry.id;
      if (siblings?.name !== name) siblings = this.#siblings(name);
      entry.siblings = siblings;
      entry.place = siblings.entries.push(entry) - 1;
      siblings.left += 1;
    }
  }

  get(id: string): Entry | undefined {
    const run = id.slice(0, Math.max(0, id.lastIndexOf(".")));
    for (const name of [run, id]) {
      const found = this.#runs.get(name)?.entries.find((entry) => entry?.id === id);
      if (found) return found;
    }
    return undefined;
  }

  delete({ siblings, place }: Entry): void {
    if (!siblings) return;
    const { entries } = siblings;
    entries[place] = undefined;
    siblings.left -= 1;
    if (siblings.left === 0) this.#runs.delete(siblings.name);
    else if (entries.length >= compactedFrom && siblings.left * 2 < entries.length) compact(siblings);
  }

  *values(): Generator<Entry> {
    for (const { entries } of this.#runs.values()) for (const entry of entries) if (entry) yield entry;
  }

  #siblings(name: string): Siblings {
    let siblings = this.#runs.get(name);
    if (!siblings) {
      siblings = new Siblings(name);
      this.#runs.set(name, siblings);
    }
    return siblings;
  }
}

function compact(siblings: Siblings): void {
  siblings.entries = siblings.entries.filter((entry) => entry);
  siblings.entries.forEach((entry, place) => {
    if (entry) entry.place = place;
  });
}
