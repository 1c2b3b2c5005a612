import { http } from "@dest/http";
import { concurrency } from "./bare-loop.js";
import type { HttpDestination } from "./runs.js";

export interface Held {
  readonly destination: HttpDestination;
  /** Lets so many more attempts through. */
  letThrough(attempts: number): void;
}

/** `http` whose attempts wait until they are let through: a service that does not answer for a while. */
export function held(): Held {
  const destination = http({ concurrency, timeout: 3_600_000 });
  const waiting: (() => void)[] = [];
  let permits = 0;
  return {
    destination: {
      ...destination,
      async deliver(batch, context) {
        if (permits > 0) permits -= 1;
        else await new Promise<void>((resolve) => waiting.push(resolve));
        return destination.deliver(batch, context);
      },
    },
    letThrough(attempts) {
      permits += attempts;
      for (const go of waiting.splice(0, permits)) {
        permits -= 1;
        go();
      }
    },
  };
}
