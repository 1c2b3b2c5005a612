/** Two things measured in the same run: machines differ and are shared, the ratio of the two stays. */
export interface Benchmark {
  /** As in `pnpm bench <name>`. */
  readonly name: string;
  /** What A is … */
  readonly a: string;
  /** … and what it is measured against. */
  readonly b: string;
  /** Of what both sides answer. */
  readonly unit: string;
  /** What is wanted of A / B. */
  readonly better: "lower" | "higher";
  readonly mustReach: number;
  readonly reachFor: number;
  /** Default 5. */
  readonly rounds?: number;
  /** What this machine lacks for it, if anything: then it is listed as not run. */
  lacking?(): string | undefined;
  setUp(): Promise<Sides>;
}

export interface Sides {
  /** One round: answers the figure. Throws where anything went missing, so that a wrong figure is never shown. */
  a(): Promise<number>;
  b(): Promise<number>;
  tearDown(): Promise<void>;
}
