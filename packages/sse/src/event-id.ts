import { randomBytes } from "node:crypto";

/**
 * Ids are `<mark>-<number>`. The mark is this process's own: after a restart numbers begin anew, and a client that came
 * back with a number alone would miss what has been sent under lower ones.
 */
export class EventIds {
  #made: string | undefined;
  #last = 0;

  /** Numbers ascend over all workflows. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  idOf(number: number): string {
    return `${this.#mark}-${number}`;
  }

  // Not before it is needed: making a destination starts nothing.
  get #mark(): string {
    this.#made ??= randomBytes(6).toString("hex");
    return this.#made;
  }

  /** Undefined where this process has given no such id. */
  numberOf(id: string): number | undefined {
    const [, mark, digits] = /^([0-9a-f]+)-([1-9][0-9]{0,15})$/.exec(id) ?? [];
    const number = Number(digits);
    return mark === this.#mark && number <= this.#last ? number : undefined;
  }
}
