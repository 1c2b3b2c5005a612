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
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  store(batch: ArrivedBatch): void {
    const content = JSON.stringify(batch);
    const before = this.#contents.get(batch.id);
    if (before !== undefined && before !== content)
      this.#faults.add(
        "a batch came again with another content",
        `${batch.id} (${difference(before, batch)})`,
      );
    this.#contents.set(batch.id, content);
    for (const { value } of batch.members) {
      const key = keyOf(value);
      const batches = this.#batchesOf.get(key);
      if (batches) batches.add(batch.id);
      else this.#batchesOf.set(key, new Set([batch.id]));
    }
  }

  /** Says which messages are in more than one batch, but for those that were given up and put back in line. */
  judge(isExcused: (batch: string) => boolean): void {
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
