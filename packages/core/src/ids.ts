import { randomBytes } from "node:crypto";

/** Ids that no other process makes: a prefix drawn once, and a count. */
export class Ids {
  readonly #prefix = randomBytes(10).toString("base64url").replace(/[-_]/g, "0");
  #count = 0;

  next(kind: string): string {
    return `${kind}_${this.#prefix}${(this.#count++).toString(36)}`;
  }
}
