import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Figures, Sides } from "./benchmark.js";

/** What both sides answered for one figure; without B where it could not be run. */
export interface Round {
  readonly a: number;
  readonly b?: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * A B A B …: what else the machine does meanwhile falls on both. What warms up, the first pair unless the sides have
 * something shorter, is not counted. Answers the rounds of each figure.
 */
export async function interleave(
  sides: Pick<Sides, "a" | "warmUp"> & Partial<Pick<Sides, "b">>,
  rounds: number,
): Promise<Round[][]> {
  const measured: Round[][] = [];
  await sides.warmUp?.();
  for (let round = sides.warmUp ? 1 : 0; round <= rounds; round++) {
    collectGarbage();
    const a = asArray(await sides.a());
    collectGarbage();
    const b = sides.b && asArray(await sides.b());
    if (round > 0)
      measured.push(a.map((figure, i) => (b ? { a: figure, b: b[i] as number } : { a: figure })));
  }
  return (measured[0] ?? []).map((_, figure) => measured.map((round) => round[figure] as Round));
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("nothing was measured");
  const sorted = [...values].sort((x, y) => x - y);
  const at = (place: number) => sorted[place] as number;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

function asArray(figures: Figures): readonly number[] {
  return typeof figures === "number" ? [figures] : figures;
}

setFlagsFromString("--expose-gc");
/** Before each side, so that none pays for what the other left behind. */
const collectGarbage: () => void = runInNewContext("gc");
