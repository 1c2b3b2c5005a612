import type { Counts as CloseCounts } from "@dest/core";
import type { MutantName } from "./mutants.js";

/** What a child is started with, as JSON in its argument. */
export interface Setup {
  readonly role: "load" | "drain" | "fill" | "network" | "shutdown" | "wall" | "flush";
  /** Of the outbox. */
  readonly path: string;
  readonly origins: readonly string[];
  readonly seed: number;
  /** How many processes ran before it on this outbox. */
  readonly life: number;
  readonly sends: "http" | "batch" | "s3" | "sql";
  readonly mutant?: MutantName | undefined;
  /** Runs of the user's own id that are to be repeated: how many sends they had. */
  readonly repeat?: readonly { readonly run: string; readonly sends: number }[];
  /** Runs to accept, and how many may be refused before it is enough. */
  readonly fill?: { readonly runs: number; readonly refusals: number; readonly width: number };
  /** How far its clock is ahead of that of the machine. */
  readonly hoursLater?: number;
  /** Milliseconds given to `close`. */
  readonly closeTimeout?: number;
}

/** What a child says, one JSON text a line on descriptor 3. */
export type Line =
  | { readonly say: "open" }
  | {
      readonly say: "announce";
      readonly run: string;
      readonly sends: number;
      readonly discarded: boolean;
      readonly line?: string | undefined;
    }
  /** The ids that its sends were given. */
  | { readonly say: "sent"; readonly run: string; readonly ids: readonly string[] }
  | { readonly say: "accepted"; readonly run: string; readonly sends: number }
  | { readonly say: "rejected"; readonly run: string; readonly code: string; readonly message: string }
  | { readonly say: "warning"; readonly code: string; readonly message: string }
  /** Dead letters, before they are put back in line. */
  | { readonly say: "dead"; readonly ids: readonly string[]; readonly codes: readonly string[] }
  | { readonly say: "closed"; readonly counts: CloseCounts; readonly ms: number }
  | { readonly say: "measured"; readonly name: string; readonly value: number }
  /** The instance could not be used. */
  | { readonly say: "failed"; readonly code: string; readonly message: string }
  | { readonly say: "reached"; readonly point: string }
  | { readonly say: "fault"; readonly kind: string; readonly detail: string };
