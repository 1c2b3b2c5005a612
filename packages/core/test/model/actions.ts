import fc from "fast-check";
import type { Planned } from "./observer.js";
import { type Mode, type Store, World, type WorldOptions } from "./world.js";

export type Action =
  | {
      readonly do: "send";
      readonly planned: readonly Planned[];
      readonly fails: boolean;
      readonly checkpointAfter: number;
    }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "mood"; readonly group: string; readonly mode: Mode }
  | { readonly do: "flush"; readonly timeout: number }
  | { readonly do: "crash" }
  | { readonly do: "replay" };

const groups = ["a", "b", "c"];
const often = <T>(value: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(value), weight: 3 }, { arbitrary: other, weight: 1 });

const planned: fc.Arbitrary<Planned> = fc.record({
  to: fc.constantFrom("plain", "batched"),
  group: fc.constantFrom(...groups),
  batchKey: fc.constantFrom("p", "q"),
  orderKey: often<string | undefined>(undefined, fc.constantFrom("k", "l")),
  delay: often<number | undefined>(undefined, fc.integer({ min: 0, max: 500 })),
  expiresIn: often<number | undefined>(undefined, fc.integer({ min: 1, max: 2_000 })),
});

export const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      planned: fc.array(planned, { minLength: 1, maxLength: 12 }),
      fails: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
      checkpointAfter: fc.integer({ min: 0, max: 20 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 1_500 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("mood" as const),
      group: fc.constantFrom(...groups),
      mode: fc.constantFrom<Mode>("ok", "retry", "retryAfter", "reject", "never", "throw", "each"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("flush" as const), timeout: fc.integer({ min: 0, max: 1_000 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "crash" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "replay" as const }) },
);

const small = (min: number, max: number) => fc.integer({ min, max });

const policy = fc.record({
  timeout: small(50, 400),
  concurrency: fc.record({ total: small(1, 6), perGroup: small(1, 3) }),
  rateLimit: often(undefined, fc.record({ max: small(1, 5), interval: small(10, 300) })),
  retry: fc.record({ maxAttempts: small(2, 8), minDelay: small(0, 300), maxDelay: fc.constant(2_000) }),
  pause: fc.oneof(
    fc.constant(false as const),
    fc.record({ after: small(1, 4), minDelay: small(10, 500), maxDelay: fc.constant(2_000) }),
  ),
});

const batch = fc.record({ maxSize: small(1, 6), maxBytes: small(10, 60), maxWait: small(0, 300) });

export const options: fc.Arbitrary<WorldOptions> = fc.record({
  policies: fc.record({
    plain: policy,
    batched: fc.tuple(policy, batch).map(([rest, limits]) => ({ ...rest, batch: limits })),
  }),
  latency: small(0, 60),
  seed: small(1, 1_000_000),
});

/** One life of a world: every law is checked after every step, and that nothing is left over at the end. */
export async function live(given: WorldOptions, steps: readonly Action[], store: Store): Promise<void> {
  const world = new World(given, store);
  await world.start();
  for (const step of steps) {
    await perform(world, step);
    await world.clock.advance(0);
    await world.check();
  }
  await world.end();
}

async function perform(world: World, step: Action): Promise<void> {
  switch (step.do) {
    case "send":
      return world.send(step.planned, step);
    case "pass":
      return world.clock.advance(step.ms);
    case "mood":
      return world.setMode(step.group, step.mode);
    case "flush": {
      const flushed = world.dest.flush({ timeout: step.timeout });
      await world.clock.advance(step.timeout);
      return void (await flushed);
    }
    case "crash":
      return world.crash();
    case "replay":
      return world.replay();
  }
}
