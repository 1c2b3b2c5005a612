const quotedAtMost = 5;

/** What a trial saw that must not be: the first of each kind in words, the others counted. */
export class Faults {
  readonly #kinds = new Map<string, string[]>();

  add(kind: string, detail = ""): void {
    const details = this.#kinds.get(kind);
    if (details) details.push(detail);
    else this.#kinds.set(kind, [detail]);
  }

  list(): string[] {
    return [...this.#kinds].map(([kind, details]) => {
      const quoted = details.filter((detail) => detail !== "").slice(0, quotedAtMost);
      const count = details.length > 1 ? ` (${details.length} times)` : "";
      return `${kind}${count}${quoted.length > 0 ? `: ${quoted.join("; ")}` : ""}`;
    });
  }
}
