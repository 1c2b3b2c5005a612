import type { NewMessage, RunCommit } from "../outbox.js";

interface Remembered {
  /** Ordinals committed so far; what a later commit brings below it is already there. */
  committed: number;
  readonly hashes: (string | undefined)[];
  /** Records still kept: when the last goes, the run is forgotten. */
  kept: number;
}

/** Which ordinals of the user's own runs were committed already. */
export class RunMemory {
  readonly #runs = new Map<string, Remembered>();

  /** The messages of this commit that are new, and the ids of those whose payload differs from the one committed. */
  sift(run: RunCommit): { fresh: readonly NewMessage[]; changed: readonly string[] } {
    if (!run.remembered || run.messages.length === 0) return { fresh: run.messages, changed: [] };
    const known = this.#remember(run.runId);
    const old = Math.min(run.messages.length, Math.max(0, known.committed - run.firstOrdinal));
    const changed = run.messages
      .slice(0, old)
      .filter((message, i) => message.hash !== known.hashes[run.firstOrdinal + i])
      .map((message) => message.id);
    const fresh = run.messages.slice(old);
    fresh.forEach((message, i) => {
      known.hashes[run.firstOrdinal + old + i] = message.hash;
    });
    known.committed = Math.max(known.committed, run.firstOrdinal + run.messages.length);
    known.kept += fresh.length;
    return { fresh, changed };
  }

  /** A record of the run is no longer kept. */
  forget(runId: string): void {
    const known = this.#runs.get(runId);
    if (!known) return;
    known.kept -= 1;
    if (known.kept === 0) this.#runs.delete(runId);
  }

  #remember(runId: string): Remembered {
    let known = this.#runs.get(runId);
    if (!known) {
      known = { committed: 0, hashes: [], kept: 0 };
      this.#runs.set(runId, known);
    }
    return known;
  }
}
