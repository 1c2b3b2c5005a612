/** One thing that is measured of A and of B: machines differ and are shared, what the two are to each other stays. */
export interface Figure {
  /** Of what both sides answer. */
  readonly unit: string;
  readonly better: "lower" | "higher";
  /** What the thresholds are of. Default: `ratio`, A / B. `difference` is A - B, in the unit; `a` is A as it is. */
  readonly judged?: Judged;
  /** Absent: it is shown and not judged. */
  readonly mustReach?: number;
  readonly reachFor?: number;
}

export type Judged = "ratio" | "difference" | "a";

export interface Benchmark extends Figure {
  /** As in `pnpm bench <name>`. */
  readonly name: string;
  /** What A is … */
  readonly a: string;
  /** … and what it is measured against. */
  readonly b: string;
  /** What else each round answers, in this order after the first figure. */
  readonly more?: readonly NamedFigure[];
  /** Default 5. */
  readonly rounds?: number;
  /** What this machine lacks for it, if anything: then it is listed as not run. */
  lacking?(): string | undefined;
  /** What this machine lacks for B: then A is measured alone. */
  lackingForB?(): string | undefined;
  setUp(rounds: number): Promise<Sides>;
}

export interface NamedFigure extends Figure {
  /** Has a row of its own. */
  readonly name: string;
}

export interface Sides {
  /** One round: answers the figures. Throws where anything went missing, so that a wrong figure is never shown. */
  a(): Promise<Figures>;
  b(): Promise<Figures>;
  /** Instead of a first round that is not counted, where less than a round does. */
  warmUp?(): Promise<void>;
  tearDown(): Promise<void>;
}

/** The figure of the benchmark, or an array of it and those of `more`. */
export type Figures = number | readonly number[];
