import { parseArgs } from "node:util";
import { type MutantName, mutantNames } from "./worker/mutants.js";

export interface Arguments {
  /** Of the trials to run. */
  readonly names: readonly string[];
  readonly seed: number | undefined;
  readonly kills: number;
  readonly quick: boolean;
  readonly mutant: MutantName | undefined;
}

const defaultKills = 1_000;
const quickKills = 25;

/** Throws an error whose message says how it should have been. */
export function readArguments(args: readonly string[], known: readonly string[]): Arguments {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: {
      trial: { type: "string", multiple: true },
      seed: { type: "string" },
      kills: { type: "string" },
      quick: { type: "boolean" },
      mutant: { type: "string" },
    },
    allowPositionals: true,
  });
  const names = [...positionals, ...(values.trial ?? [])];
  for (const name of names)
    if (!known.includes(name)) throw new Error(`no trial is called ${name}; there are ${known.join(", ")}`);
  const mutant = mutantNames.find((name) => name === values.mutant);
  if (values.mutant !== undefined && !mutant)
    throw new Error(`no mutant is called ${values.mutant}; there are ${mutantNames.join(", ")}`);
  const quick = values.quick ?? false;
  return {
    names: names.length > 0 ? names : known,
    seed: whole("--seed", values.seed),
    kills: whole("--kills", values.kills) ?? (quick ? quickKills : defaultKills),
    quick,
    mutant,
  };
}

function whole(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (given.trim() !== "" && Number.isInteger(number) && number >= 0) return number;
  throw new Error(`${name} takes a whole number, not ${given}`);
}
