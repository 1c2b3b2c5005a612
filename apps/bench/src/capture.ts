import { createDest } from "@dest/core";
import { http } from "@dest/http";
import type { Benchmark } from "./benchmark.js";
import { payload } from "./payload.js";

const runs = 200;
const calls = 1_000;
const url = "http://127.0.0.1:9/people";

/** What a send costs the code that makes it. Nothing is committed, so nothing is sent. */
export const capture: Benchmark = {
  name: "capture",
  a: "one $.send.http({ method, url, data }) inside a run",
  b: "JSON.stringify of the same data",
  unit: "ns",
  better: "lower",
  mustReach: 4,
  reachFor: 2.5,
  rounds: 7,
  async setUp() {
    const dest = createDest({ destinations: { http: http() } });
    return {
      a: async () => {
        let elapsed = 0;
        for (let run = 0; run < runs; run++) {
          const { $, ids, discard } = dest.begin();
          const startedAt = performance.now();
          for (let call = 0; call < calls; call++) $.send.http({ method: "POST", url, data: payload(call) });
          elapsed += performance.now() - startedAt;
          if (ids().length !== calls) throw new Error(`${ids().length} of ${calls} sends were captured`);
          discard();
        }
        return nanoseconds(elapsed);
      },
      b: async () => {
        let elapsed = 0;
        for (let run = 0; run < runs; run++) {
          let characters = 0;
          const startedAt = performance.now();
          for (let call = 0; call < calls; call++) characters += JSON.stringify(payload(call)).length;
          elapsed += performance.now() - startedAt;
          if (characters === 0) throw new Error("nothing was stringified");
        }
        return nanoseconds(elapsed);
      },
      tearDown: async () => void (await dest.close()),
    };
  },
};

function nanoseconds(elapsedMs: number): number {
  return (elapsedMs * 1e6) / (runs * calls);
}
