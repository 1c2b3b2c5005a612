import { type ArgsOf, createDest, type Dest, type Outbox } from "@dest/core";
import { http } from "@dest/http";
import { concurrency } from "./bare-loop.js";
import { payload } from "./payload.js";

export type HttpDestination = ReturnType<typeof http>;
export type HttpDest = Dest<{ readonly http: ArgsOf<HttpDestination> }>;

export interface Runs {
  readonly sends: number;
  readonly perRun: number;
  /** How many are under way at the same time. */
  readonly atOnce: number;
  /** Between two runs. */
  readonly pause?: (() => Promise<void>) | undefined;
}

export function httpDest(outbox: Outbox, destination: HttpDestination = http({ concurrency })): HttpDest {
  return createDest({ destinations: { http: destination }, outbox, limits: { messages: 10_000_000 } });
}

/** Resolves when all are accepted. */
export async function sendInRuns(dest: HttpDest, url: string, runs: Runs): Promise<void> {
  const { sends, perRun, atOnce, pause } = runs;
  let next = 0;
  const loop = async () => {
    while (next < sends) {
      const first = next;
      next += perRun;
      await dest.run(($) => {
        for (let number = first; number < first + perRun; number++)
          $.send.http({ method: "POST", url, data: payload(number) });
      });
      await pause?.();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
}
