import { parseArgs } from "node:util";
import { fewestRounds } from "./result.js";

export interface Arguments {
  /** Of the benchmarks to run. */
  readonly names: readonly string[];
  readonly rounds: number | undefined;
  /** Path of the Node binary to run with. */
  readonly node: string | undefined;
}

/** Throws an error whose message says how it should have been. */
export function readArguments(args: readonly string[], known: readonly string[]): Arguments {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string" }, node: { type: "string" } },
    allowPositionals: true,
  });
  for (const name of positionals)
    if (!known.includes(name))
      throw new Error(`no benchmark is called ${name}; there are ${known.join(", ")}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= fewestRounds))
    throw new Error(`--rounds takes a whole number of at least ${fewestRounds}, not ${values.rounds}`);
  return { names: positionals.length > 0 ? positionals : known, rounds, node: values.node };
}
