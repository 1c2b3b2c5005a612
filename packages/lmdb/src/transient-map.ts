/**
 * A Map for values that come and go. When a Map has seen enough of that, V8 moves it to a new table and leaves the old
 * one as it was: what that refers to, and all that this refers to, is kept until the next full collection, long after it
 * was deleted. Here the table refers to cells, and those are emptied.
 */
export class TransientMap<K, V> {
  readonly #cells = new Map<K, { value: V | undefined }>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: K): boolean {
    return this.#cells.has(key);
  }

  get(key: K): V | undefined {
    return this.#cells.get(key)?.value;
  }

  set(key: K, value: V): void {
    const cell = this.#cells.get(key);
    if (cell) cell.value = value;
    else this.#cells.set(key, { value });
  }

  /** Answers whether there was such a key. */
  delete(key: K): boolean {
    const cell = this.#cells.get(key);
    if (!cell) return false;
    cell.value = undefined;
    return this.#cells.delete(key);
  }

  clear(): void {
    for (const cell of this.#cells.values()) cell.value = undefined;
    this.#cells.clear();
  }

  *values(): Generator<V> {
    for (const { value } of this.#cells.values()) if (value !== undefined) yield value;
  }
}
