import type { MutantName } from "./worker/mutants.js";

export interface TrialOptions {
  readonly seed: number;
  /** Of the trials that kill. */
  readonly kills: number;
  /** The one of the test command, or the one of an afternoon. */
  readonly size: "quick" | "long";
  /** A fault built into the outbox, to see whether the trial notices. */
  readonly mutant?: MutantName | undefined;
}

export interface Counts {
  /** Sends of runs whose promise resolved. */
  readonly accepted: number;
  /** Different sends that arrived and were answered with success. */
  readonly delivered: number;
  /** Of these, how many were answered with success more than once. */
  readonly duplicated: number;
  /** Accepted, and neither delivered nor spoken of. */
  readonly lost: number;
  /** Arrived although discarded, rejected, never announced, or not as it was sent. */
  readonly phantom: number;
}

export interface Row extends Counts {
  readonly trial: string;
  readonly seconds: number;
  /** Whatever else the trial forbids and saw. */
  readonly faults: readonly string[];
  /** What the figures do not say. */
  readonly notes: readonly string[];
  /** Why there are no figures. */
  readonly skipped?: string | undefined;
}

export interface Trial {
  /** As in `pnpm torture --trial <name>`. */
  readonly name: string;
  /** What it tries, in a line. */
  readonly about: string;
  run(options: TrialOptions): Promise<Omit<Row, "trial" | "seconds">>;
}

export const noCounts: Counts = { accepted: 0, delivered: 0, duplicated: 0, lost: 0, phantom: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    accepted: a.accepted + b.accepted,
    delivered: a.delivered + b.delivered,
    duplicated: a.duplicated + b.duplicated,
    lost: a.lost + b.lost,
    phantom: a.phantom + b.phantom,
  };
}

export async function measure(trial: Trial, options: TrialOptions): Promise<Row> {
  const startedAt = performance.now();
  const row = await trial.run(options);
  return { trial: trial.name, seconds: (performance.now() - startedAt) / 1_000, ...row };
}

/** Whether what is promised held. */
export function holds({ lost, phantom, faults }: Row): boolean {
  return lost === 0 && phantom === 0 && faults.length === 0;
}
