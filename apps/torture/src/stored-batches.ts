import type { Faults } from "./faults.js";
import { keyOf, type Payload } from "./payload.js";

export interface ArrivedBatch {
  readonly id: string;
  readonly sealedAt: number;
  readonly key: string;
  readonly members: readonly { readonly id: string; readonly value: Payload }[];
}

/** A store of objects named by batch id: writing one again overwrites it. */
export class StoredBatches {
  readonly #contents = new Map<string, string>();
  readonly #batchesOf = new Map<string, Set<string>>();
  readonly #changed: { readonly id: string; readonly isSingle: boolean; readonly difference: string }[] = [];
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  store(batch: ArrivedBatch): void {
    const content = JSON.stringify(batch);
    const before = this.#contents.get(batch.id);
    if (before !== undefined && before !== content)
      this.#changed.push({
        id: batch.id,
        isSingle: batch.members.length === 1,
        difference: difference(before, batch),
      });
    this.#contents.set(batch.id, content);
    for (const { value } of batch.members) {
      const key = keyOf(value);
      const batches = this.#batchesOf.get(key);
      if (batches) batches.add(batch.id);
      else this.#batchesOf.set(key, new Set([batch.id]));
    }
  }

  /**
   * Says which batches came again with another content, and which messages are in more than one, but for those that were
   * given up and put back in line. A message that is alone in its batch gives it its id, then as before.
   */
  judge(isExcused: (batch: string) => boolean): void {
    for (const { id, isSingle, difference } of this.#changed) {
      if (!isSingle || !isExcused(id))
        this.#faults.add("a batch came again with another content", `${id} (${difference})`);
    }
    for (const [key, batches] of this.#batchesOf) {
      const counted = [...batches].filter((batch) => !isExcused(batch));
      if (counted.length > 1)
        this.#faults.add("a message is in more than one batch", `${key} in ${counted.join()}`);
    }
  }
}

function difference(before: string, now: ArrivedBatch): string {
  const then = JSON.parse(before) as ArrivedBatch;
  const ids = (batch: ArrivedBatch) => batch.members.map(({ id }) => id).join();
  if (ids(then) !== ids(now)) return `${then.members.length} members, then ${now.members.length}`;
  return then.sealedAt === now.sealedAt
    ? "other payloads"
    : `sealed at ${then.sealedAt}, then ${now.sealedAt}`;
}
