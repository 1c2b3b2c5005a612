import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { memoryOutbox, type Outbox, type OutboxContext, type Settlement } from "../src/index.js";
import { testOutbox } from "../src/testing/index.js";

/** Names of the cases that an outbox fails. */
async function failuresOf(create: () => Outbox): Promise<string[]> {
  const failed: string[] = [];
  const running: Promise<void>[] = [];
  testOutbox({
    test: (name, run) => running.push(run().catch(() => void failed.push(name))),
    create,
    reopen: (closed) => closed,
    crash: (open) => open.close().then(() => open),
  });
  await Promise.all(running);
  return failed;
}

/** A memory outbox with some of its methods replaced. */
function broken(change: (whole: Outbox) => Partial<Outbox>): () => Outbox {
  return () => {
    const whole = memoryOutbox();
    const parts = change(whole);
    return new Proxy(whole, {
      get(target, name) {
        const member: unknown = Reflect.get(name in parts ? parts : target, name);
        return typeof member === "function" ? member.bind(name in parts ? parts : target) : member;
      },
    });
  };
}

const only = (settlements: readonly Settlement[], to: Settlement["to"]) =>
  settlements.filter((one) => one.to === to);
const except = (settlements: readonly Settlement[], to: Settlement["to"]) =>
  settlements.filter((one) => one.to !== to);

const outboxes: Record<string, { create: () => Outbox; caughtBy: string }> = {
  "forgets a seal": {
    create: broken((whole) => ({
      seal: ({ messages }) => whole.settle([{ to: "release", ids: messages.map(({ id }) => id) }]),
    })),
    caughtBy: "5. a sealed batch waits to be claimed, with its members in order",
  },
  "settles early, when it is claimed": {
    create: broken((whole) => ({
      async claim(request) {
        const answer = await whole.claim(request);
        const attempt = { startedAt: 0, durationMs: 0, outcome: "delivered" } as const;
        await whole.settle(answer.messages.map(({ id }) => ({ to: "delivered", ids: [id], attempt })));
        return answer;
      },
    })),
    caughtBy: "6. a retry waits in the outbox for its time",
  },
  "ignores order keys": {
    create: broken((whole) => ({
      append: (run) =>
        whole.append({
          ...run,
          messages: run.messages.map((message) => ({ ...message, orderKey: undefined })),
        }),
    })),
    caughtBy: "4. of one order key one message is out at a time",
  },
  "wakes the lane that released": {
    create: broken((whole) => {
      let context: OutboxContext | undefined;
      return {
        open: (given) => {
          context = given;
          return whole.open(given);
        },
        async settle(settlements) {
          await whole.settle(settlements);
          if (only(settlements, "release").length > 0) context?.wake();
        },
      };
    }),
    caughtBy: "a released message costs no attempt, keeps its place in line, and wakes nobody",
  },
  "forgets what it is told to release": {
    create: broken((whole) => ({ settle: (settlements) => whole.settle(except(settlements, "release")) })),
    caughtBy: "5. a batch that is released is as it was, and was not tried",
  },
  "loses what was held when it closes": {
    create: broken((whole) => {
      const held: string[] = [];
      return {
        async claim(request) {
          const answer = await whole.claim(request);
          held.push(...answer.messages.map(({ id }) => id));
          return answer;
        },
        async close() {
          const attempt = { startedAt: 0, durationMs: 0, outcome: "delivered" } as const;
          await whole.settle(held.map((id) => ({ to: "delivered", ids: [id], attempt })));
          await whole.close();
        },
      };
    }),
    caughtBy: "3. a lease ends with its process, and the message can be claimed again",
  },
  "hands out what is paused": {
    create: broken((whole) => ({ claim: (request) => whole.claim({ ...request, paused: new Set() }) })),
    caughtBy: "claim starts nothing of full groups, and takes nothing of paused ones",
  },
  "ignores perGroup": {
    create: broken((whole) => ({ claim: (request) => whole.claim({ ...request, perGroup: 1_000 }) })),
    caughtBy: "claim takes at most perGroup of one group, and gives every group its turn",
  },
  "asks for every blocked group at every claim": {
    create: broken((whole) => ({ claim: ({ reopened: _, ...request }) => whole.claim(request) })),
    caughtBy: "a claim among ten thousand blocked groups does not ask for each of them again",
  },
  "gathers new messages into a kept batch's place": {
    create: broken((whole) => ({
      settle: (settlements) =>
        whole.settle(settlements.map((one) => (one.to === "retry" ? { ...one, batch: "dissolve" } : one))),
    })),
    caughtBy: "5. a batch is kept over a retry of the whole, and nothing joins it",
  },
  "takes a remembered run twice": {
    create: broken((whole) => {
      let commits = 0;
      return {
        append: (run) => {
          const again = commits++;
          const rename = (id: string) => `${id}~${again}`;
          return whole.append({
            ...run,
            remembered: false,
            messages: run.messages.map((message) => ({
              ...message,
              id: run.remembered ? rename(message.id) : message.id,
            })),
          });
        },
      };
    }),
    caughtBy: "a remembered run adds only ordinals beyond those committed already",
  },
  "drops dead letters": {
    create: broken((whole) => ({
      settle: (settlements) =>
        whole.settle(settlements.map((one) => (one.to === "dead" ? { ...one, to: "delivered" } : one))),
    })),
    caughtBy: "7. dead letters are kept, listed and replayable, with a new life",
  },
};

describe("a broken outbox fails the case that names its fault", () => {
  test.for(Object.entries(outboxes))("one that %s", async ([, { create, caughtBy }]) => {
    expect(await failuresOf(create)).toContain(caughtBy);
  });

  test("and the whole one fails none", async () => {
    expect(await failuresOf(memoryOutbox)).toEqual([]);
  });
});

type Module = Record<string, unknown>;

/** Part of a module replaced: the file under src, and what it exports instead. */
const dispatchers: Record<string, { file: string; change: (whole: Module) => Module; says: RegExp }> = {
  "starts more than a group's share": {
    file: "policy.js",
    change: (whole) => ({
      resolvePolicy: (name: string, policy: object) => {
        const resolved = (whole.resolvePolicy as (name: string, policy: object) => { concurrency: object })(
          name,
          policy,
        );
        return { ...resolved, concurrency: { total: 50, perGroup: 50 } };
      },
    }),
    says: /attempts of . under way|attempts under way/,
  },
  "ignores the rate": {
    file: "rate-limit.js",
    change: () => ({
      RateLimiter: class {
        nextAt = 0;
        started() {}
      },
    }),
    says: /are allowed/,
  },
  "does not heed a pause": {
    file: "group-slots.js",
    change: (whole) => ({
      GroupSlots: class extends (whole.GroupSlots as new (
        ...args: unknown[]
      ) => { endPauses(now: number): void }) {
        override endPauses(): void {
          super.endPauses(Number.POSITIVE_INFINITY);
        }
      },
    }),
    says: /is paused until/,
  },
  "makes a new batch of every retry": {
    file: "settlement.js",
    change: (whole) => ({
      settlementsOf: (...args: unknown[]) =>
        (whole.settlementsOf as (...args: unknown[]) => Settlement[])(...args).map((one) =>
          one.to === "retry" ? { ...one, batch: "dissolve" } : one,
        ),
    }),
    says: /taken in \d batches|changed from/,
  },
  "loses every third outcome on its way to the outbox": {
    file: "settler.js",
    change: (whole) => {
      let count = 0;
      return {
        Settler: class extends (whole.Settler as new (
          ...args: unknown[]
        ) => { push(settling: unknown): void }) {
          override push(settling: unknown): void {
            count += 1;
            if (count % 3 > 0) super.push(settling);
          }
        },
      };
    },
    says: /lost/,
  },
  "calls an attempt delivered before it has ended": {
    file: "outcome.js",
    change: () => ({ readOutcome: () => ({ whole: { status: "delivered" } }) }),
    says: /the service never took it/,
  },
  "gathers what is behind a closed batch of the same key": {
    file: "batcher.js",
    change: (whole) => ({
      Batcher: class extends (whole.Batcher as new (
        ...args: unknown[]
      ) => { add(message: object, now: number): boolean }) {
        override add(message: object, now: number): boolean {
          return super.add({ ...message, orderKey: undefined }, now);
        }
      },
    }),
    says: /overtook/,
  },
  "sleeps through the end of a pause": {
    file: "group-slots.js",
    change: (whole) => ({
      GroupSlots: class extends (whole.GroupSlots as new (...args: unknown[]) => object) {
        get nextAt(): undefined {
          return undefined;
        }
      },
    }),
    says: /lost/,
  },
};

describe("a broken dispatcher breaks a law of the model", () => {
  afterEach(() => vi.resetModules());

  test.for(Object.entries(dispatchers))(
    "one that %s",
    { timeout: 60_000 },
    async ([, { file, change, says }]) => {
      vi.resetModules();
      vi.doMock(`../src/${file}`, async (original) => {
        const whole = await original<Module>();
        return { ...whole, ...change(whole) };
      });
      const { action, live, options } = await import("./model/actions.js");
      const { memoryOutbox: create } = await import("../src/index.js");
      const store = { create, crash: (outbox: Outbox) => outbox.close().then(() => outbox) };
      const found = await fc.check(
        fc.asyncProperty(options, fc.array(action, { minLength: 5, maxLength: 25 }), (given, steps) =>
          live(given, steps, store),
        ),
        { seed: 1, numRuns: 300, endOnFailure: true },
      );
      vi.doUnmock(`../src/${file}`);
      expect(found.failed).toBe(true);
      expect(String((found.errorInstance as Error).message)).toMatch(says);
    },
  );
});
