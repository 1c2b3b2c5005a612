import { inspect, isDeepStrictEqual } from "node:util";

/** Fails with what the contract asks, then what was seen. No test runner is needed to read it. */
export function check(holds: boolean, contract: string, seen?: unknown): asserts holds {
  if (holds) return;
  const shown = seen === undefined ? "" : `\nseen: ${inspect(seen, { depth: 6, breakLength: 100 })}`;
  throw new Error(`${contract}${shown}`);
}

export function same(actual: unknown, expected: unknown, contract: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  const show = (value: unknown) => inspect(value, { depth: 6, breakLength: 100 });
  throw new Error(`${contract}\nexpected: ${show(expected)}\nseen:     ${show(actual)}`);
}

/** The code of the DestError that `work` rejects with or throws. */
export async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
  return "no error";
}
