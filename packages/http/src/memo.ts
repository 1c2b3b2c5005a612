const mostEntries = 1_000;
const longestKey = 1_000;

/** Remembers what was computed for the texts that came last; an empty memory is the worst that a flood of others does. */
export class Memo<T> {
  readonly #compute: (key: string) => T;
  readonly #known = new Map<string, T>();

  constructor(compute: (key: string) => T) {
    this.#compute = compute;
  }

  get(key: string): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const computed = this.#compute(key);
    if (this.#known.size >= mostEntries) this.#known.clear();
    if (key.length <= longestKey) this.#known.set(key, computed);
    return computed;
  }
}
