import type { NewMessage, RunCommit } from "@dest/core";
import { keyText } from "./keys.js";
import type { Store } from "./store.js";
import type { Unit } from "./unit.js";

interface Remembered {
  /** Ordinals committed so far; what a later commit brings below it is already there. */
  readonly committed: number;
  /** Records still kept: when the last goes, the run is forgotten. */
  readonly kept: number;
}

const head = -1;

/** Which ordinals of the user's own runs were committed already. One value for each commit, with its hashes. */
export class RememberedRuns {
  readonly #store: Store<Unit>;

  constructor(store: Store<Unit>) {
    this.#store = store;
  }

  get any(): boolean {
    for (const _ of this.#store.tables.runs.getKeys({ limit: 1 })) return true;
    return false;
  }

  /** The messages of this commit that are new, and the ids of those whose payload differs from the one committed. */
  sift(unit: Unit, run: RunCommit): { fresh: readonly NewMessage[]; changed: readonly string[] } {
    const { runs } = unit.tables;
    const key = keyText(run.runId);
    const known = this.#head(run.runId);
    const old = Math.min(run.messages.length, Math.max(0, known.committed - run.firstOrdinal));
    const hashes = old > 0 ? this.#hashes(run.runId) : [];
    const changed = run.messages
      .slice(0, old)
      .filter((message, i) => message.hash !== hashes[run.firstOrdinal + i])
      .map((message) => message.id);
    const fresh = run.messages.slice(old);
    if (fresh.length > 0) {
      const firstOrdinal = run.firstOrdinal + old;
      runs.put([key, firstOrdinal], unit.codec.encode(fresh.map(({ hash }) => hash)));
      const committed = firstOrdinal + fresh.length;
      runs.put([key, head], unit.codec.encode({ committed, kept: known.kept + fresh.length }));
    }
    return { fresh, changed };
  }

  /** Its last commit, of so many messages, was taken out again. */
  undo(unit: Unit, { runId, firstOrdinal, messages }: RunCommit, fresh: number): void {
    const { committed, kept } = this.#head(runId);
    if (fresh === 0 || committed !== firstOrdinal + messages.length) return;
    const { runs } = unit.tables;
    const key = keyText(runId);
    runs.remove([key, committed - fresh]);
    if (kept === fresh) runs.remove([key, head]);
    else runs.put([key, head], unit.codec.encode({ committed: committed - fresh, kept: kept - fresh }));
  }

  /** A record of the run is no longer kept. */
  forget(unit: Unit, runId: string): void {
    const { runs } = unit.tables;
    const key = keyText(runId);
    if (!runs.doesExist([key, head])) return;
    const { committed, kept } = this.#head(runId);
    if (kept > 1) runs.put([key, head], unit.codec.encode({ committed, kept: kept - 1 }));
    else for (const part of [...runs.getKeys(rangeOf(key))]) runs.remove(part);
  }

  #head(runId: string): Remembered {
    return this.#store.read<Remembered>("runs", [keyText(runId), head]) ?? { committed: 0, kept: 0 };
  }

  #hashes(runId: string): (string | undefined)[] {
    const hashes: (string | undefined)[] = [];
    for (const key of this.#store.tables.runs.getKeys(rangeOf(keyText(runId)))) {
      const ordinal = key[1] as number;
      if (ordinal === head) continue;
      const part = this.#store.read<(string | null)[]>("runs", key);
      part?.forEach((hash, i) => {
        hashes[ordinal + i] = hash ?? undefined;
      });
    }
    return hashes;
  }
}

function rangeOf(key: string) {
  return { start: [key, head], end: [key, Number.POSITIVE_INFINITY] };
}
