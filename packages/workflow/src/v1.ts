import { currentStep } from "./step-scope.js";
import { exported } from "./steps.js";

/** Code of the first version: top-level code, whose `this` collects exports. */
export type V1Code = (this: object, event: unknown, steps: object) => unknown;

/** Names that code of the first version uses without being handed them, each as the step that runs sees it. */
const globals: { readonly [name: string]: () => unknown } = {
  $send: () => currentStep()?.$.send,
  $respond: () => currentStep()?.$.respond,
  $end: () => currentStep()?.$.flow.exit,
  steps: () => currentStep()?.steps,
  event: () => currentStep()?.steps.trigger.event,
};

/** Makes the names of the first version global. Outside of steps they are `undefined`. */
export function installV1Globals(): void {
  for (const [name, get] of Object.entries(globals)) {
    if (name in globalThis) continue;
    // What a program calls by these names itself wins.
    const set = (value: unknown) =>
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    Object.defineProperty(globalThis, name, { configurable: true, get, set });
  }
}

/** What a step of the first version put on `this`, beside what it was given. */
export function exportsOfThis(self: object, given: readonly string[]): Record<string, unknown> {
  const added = Object.entries(self).filter(([name]) => !given.includes(name));
  return Object.fromEntries(added.map(([name, value]) => [name, exported(value)]));
}
