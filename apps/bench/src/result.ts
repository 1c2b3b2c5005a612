import type { Benchmark } from "./benchmark.js";
import { interleave, type Round, ratios, type Spread, spread } from "./rounds.js";

export interface Result
  extends Pick<Benchmark, "name" | "a" | "b" | "unit" | "better" | "mustReach" | "reachFor"> {
  /** Why there is nothing else here. */
  readonly notRun?: string;
  readonly measured?: Measured;
}

export interface Measured {
  readonly a: Spread;
  readonly b: Spread;
  /** Of the ratios of the rounds; not the ratio of the medians. */
  readonly ratio: Spread;
  readonly reached: Reached;
  readonly rounds: readonly Round[];
}

export type Reached = "no" | "must" | "both";

export const fewestRounds = 5;

export async function measure(
  benchmark: Benchmark,
  rounds = benchmark.rounds ?? fewestRounds,
): Promise<Result> {
  const { name, a, b, unit, better, mustReach, reachFor } = benchmark;
  const about = { name, a, b, unit, better, mustReach, reachFor };
  const notRun = benchmark.lacking?.();
  if (notRun !== undefined) return { ...about, notRun };
  const sides = await benchmark.setUp();
  try {
    return { ...about, measured: evaluate(benchmark, await interleave(sides, rounds)) };
  } finally {
    await sides.tearDown();
  }
}

export function evaluate(
  thresholds: Pick<Benchmark, "better" | "mustReach" | "reachFor">,
  rounds: readonly Round[],
): Measured {
  const ratio = ratios(rounds);
  return {
    a: spread(rounds.map((round) => round.a)),
    b: spread(rounds.map((round) => round.b)),
    ratio,
    reached: reachedBy(ratio.median, thresholds),
    rounds,
  };
}

function reachedBy(
  ratio: number,
  { better, mustReach, reachFor }: Pick<Benchmark, "better" | "mustReach" | "reachFor">,
): Reached {
  const reaches = (threshold: number) => (better === "lower" ? ratio <= threshold : ratio >= threshold);
  if (!reaches(mustReach)) return "no";
  return reaches(reachFor) ? "both" : "must";
}
