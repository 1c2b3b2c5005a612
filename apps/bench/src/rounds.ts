import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Sides } from "./benchmark.js";

export interface Round {
  readonly a: number;
  readonly b: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A B A B …: what else the machine does meanwhile falls on both. The first pair warms up and is not counted. */
export async function interleave(sides: Pick<Sides, "a" | "b">, rounds: number): Promise<Round[]> {
  const measured: Round[] = [];
  for (let round = 0; round <= rounds; round++) {
    collectGarbage();
    const a = await sides.a();
    collectGarbage();
    const b = await sides.b();
    measured.push({ a, b });
  }
  return measured.slice(1);
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

export function ratios(rounds: readonly Round[]): Spread {
  return spread(rounds.map(({ a, b }) => a / b));
}

setFlagsFromString("--expose-gc");
/** Before each side, so that none pays for what the other left behind. */
const collectGarbage: () => void = runInNewContext("gc");
