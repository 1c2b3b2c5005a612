import type { Benchmark, Figure, Judged, NamedFigure } from "./benchmark.js";
import { interleave, type Round, type Spread, spread } from "./rounds.js";

/** One row: a benchmark, or one more figure of it. */
export interface Result extends NamedFigure, Pick<Benchmark, "a" | "b"> {
  /** Why there is nothing else here, or nothing of B. */
  readonly notRun?: string;
  readonly measured?: Measured;
}

export interface Measured {
  readonly a: Spread;
  /** Absent where only A could be run. */
  readonly b?: Spread;
  /** What the thresholds are of, taken in each round; not of the medians. Absent with B, unless it is of A alone. */
  readonly judged?: Spread;
  /** Absent where there is nothing to reach, or nothing to judge. */
  readonly reached?: Reached;
  readonly rounds: readonly Round[];
}

export type Reached = "no" | "must" | "both";

export const fewestRounds = 5;

export async function measure(
  benchmark: Benchmark,
  rounds = benchmark.rounds ?? fewestRounds,
): Promise<Result[]> {
  const notRun = benchmark.lacking?.();
  if (notRun !== undefined) return rows(benchmark).map((row) => ({ ...row, notRun }));
  const noB = benchmark.lackingForB?.();
  const sides = await benchmark.setUp(rounds);
  try {
    const { b, ...alone } = sides;
    const measured = await interleave(noB === undefined ? sides : alone, rounds);
    return rows(benchmark).map((row, i) => ({
      ...row,
      ...(noB === undefined ? {} : { notRun: noB }),
      measured: evaluate(row, measured[i] ?? []),
    }));
  } finally {
    await sides.tearDown();
  }
}

function rows(benchmark: Benchmark): Result[] {
  const { name, a, b, more = [] } = benchmark;
  return [{ ...figureOf(benchmark), name }, ...more].map((figure) => ({ ...figure, a, b }));
}

function figureOf({ unit, better, judged, mustReach, reachFor }: Figure): Figure {
  return {
    unit,
    better,
    ...(judged === undefined ? {} : { judged }),
    ...(mustReach === undefined ? {} : { mustReach }),
    ...(reachFor === undefined ? {} : { reachFor }),
  };
}

export function evaluate(figure: Omit<Figure, "unit">, rounds: readonly Round[]): Measured {
  const of = rounds.map((round) => judge(round, figure.judged ?? "ratio")).filter((one) => one !== undefined);
  const b = rounds.map((round) => round.b).filter((one) => one !== undefined);
  const judged = of.length > 0 ? spread(of) : undefined;
  const reached = judged && reachedBy(judged.median, figure);
  return {
    a: spread(rounds.map((round) => round.a)),
    ...(b.length > 0 ? { b: spread(b) } : {}),
    ...(judged ? { judged } : {}),
    ...(reached ? { reached } : {}),
    rounds,
  };
}

function judge({ a, b }: Round, judged: Judged): number | undefined {
  if (judged === "a") return a;
  if (b === undefined) return undefined;
  return judged === "ratio" ? a / b : a - b;
}

function reachedBy(
  judged: number,
  { better, mustReach, reachFor }: Omit<Figure, "unit">,
): Reached | undefined {
  if (mustReach === undefined || reachFor === undefined) return undefined;
  const reaches = (threshold: number) => (better === "lower" ? judged <= threshold : judged >= threshold);
  if (!reaches(mustReach)) return "no";
  return reaches(reachFor) ? "both" : "must";
}
