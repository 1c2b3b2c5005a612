interface Line {
  /** The last rank that arrived. */
  highest: number;
  /** Requests that are not answered with success yet, and the last rank in each. */
  readonly open: Map<string, number>;
}

/** Something that should not have been under way, and what it came too early after. */
export interface Disorder {
  readonly line: string;
  readonly came: string;
  /** Requests that were not over. */
  readonly open: readonly string[];
}

/**
 * Watches that sends of one order key come one after another, in the order they were committed. A request is one
 * message or one batch, known by an id that its repetitions share.
 */
export class Order {
  readonly disorders: Disorder[] = [];
  readonly #lines = new Map<string, Line>();

  arrived(line: string, request: string, first: number, last: number): void {
    let state = this.#lines.get(line);
    if (!state) {
      state = { highest: -1, open: new Map() };
      this.#lines.set(line, state);
    }
    const open = [...state.open.keys()].filter((other) => other !== request);
    const isRepeated = last === state.highest;
    if (open.length > 0 || (first <= state.highest && !isRepeated))
      this.disorders.push({ line, came: request, open });
    state.highest = Math.max(state.highest, last);
    state.open.set(request, last);
  }

  answered(line: string, request: string): void {
    this.#lines.get(line)?.open.delete(request);
  }
}
