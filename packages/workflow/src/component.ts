import type { StepDollar } from "./dollar.js";
import type { Steps } from "./steps.js";

/** What `run` is given. */
export interface StepInput {
  readonly steps: Steps;
  readonly $: StepDollar;
}

/** What a code step or an action exports as its default. */
export interface Component {
  readonly name?: string;
  readonly key?: string;
  readonly version?: string;
  readonly type?: string;
  /** Definitions by name; the values come with the step. */
  readonly props?: { readonly [name: string]: unknown };
  readonly methods?: { readonly [name: string]: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: `this` is prop values and methods, which only the component knows
  run(this: any, input: StepInput): unknown;
}
