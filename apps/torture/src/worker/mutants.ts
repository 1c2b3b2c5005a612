import type { ClaimAnswer, Outbox, SealedBatch, Settlement } from "@dest/core";

/** Faults that the trials must notice: an outbox that breaks one of its laws. */
export const mutantNames = ["early-accept", "early-settle", "forgetful-seals"] as const;
export type MutantName = (typeof mutantNames)[number];

export function mutate(inner: Outbox, name: MutantName | undefined): Outbox {
  if (name === "early-accept") return earlyAccept(inner);
  if (name === "early-settle") return earlySettle(inner);
  if (name === "forgetful-seals") return forgetfulSeals(inner);
  return inner;
}

const lateMs = 200;

/** `append` resolves before anything is stored. */
function earlyAccept(inner: Outbox): Outbox {
  let wake = () => {};
  return over(inner, {
    open(context) {
      wake = () => context.wake();
      return inner.open(context);
    },
    async append(run, options) {
      setTimeout(() => inner.append(run, options).then(wake), lateMs);
    },
  });
}

/** What is handed out is delivered, as far as the store knows. */
function earlySettle(inner: Outbox): Outbox {
  return over(inner, {
    async claim(request) {
      const answer = await inner.claim(request);
      const attempt = { startedAt: request.now, durationMs: 0, outcome: "delivered" } as const;
      const ids = answer.messages.map(({ id }) => id);
      await inner.settle(ids.map((id) => ({ to: "delivered", ids: [id], attempt })));
      return answer;
    },
  });
}

/** Sealed batches are kept in memory: after a crash their members are gathered anew. */
function forgetfulSeals(inner: Outbox): Outbox {
  const waiting = new Map<string, SealedBatch>();
  const started = new Map<string, SealedBatch>();
  return over(inner, {
    async seal(batch) {
      waiting.set(batch.id, { ...batch, availableAt: batch.sealedAt, tried: 0 });
    },
    async claim(request): Promise<ClaimAnswer> {
      const answer = await inner.claim(request);
      const mine = [...waiting.values()].filter(({ destination }) => destination === request.destination);
      const due = mine.filter(({ availableAt }) => availableAt <= request.now).slice(0, request.batches);
      for (const batch of due) {
        waiting.delete(batch.id);
        started.set(batch.id, batch);
      }
      const later = mine.filter(({ availableAt }) => availableAt > request.now);
      const nextAt = Math.min(answer.nextAt ?? Infinity, ...later.map(({ availableAt }) => availableAt));
      return {
        messages: answer.messages,
        batches: [...answer.batches, ...due],
        ...(nextAt === Infinity ? {} : { nextAt }),
      };
    },
    async settle(settlements) {
      const passed = settlements.flatMap((settlement): Settlement[] => {
        const batch = started.get(settlement.batchId ?? "");
        if (!batch) return [settlement];
        started.delete(batch.id);
        if (settlement.to === "retry" && settlement.batch === "keep") {
          waiting.set(batch.id, { ...batch, availableAt: settlement.availableAt, tried: batch.tried + 1 });
          return [];
        }
        return settlement.ids.map((id) => ({ ...settlement, ids: [id], batchId: undefined }));
      });
      await inner.settle(passed);
    },
  });
}

/** The inner outbox but for some of its methods. */
function over(inner: Outbox, changed: Partial<Outbox>): Outbox {
  return new Proxy(inner, {
    get(target, key) {
      const own = changed[key as keyof Outbox];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
