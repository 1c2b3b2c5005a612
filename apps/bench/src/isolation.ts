import { createDest } from "@dest/core";
import { http } from "@dest/http";
import type { Benchmark } from "./benchmark.js";
import { payload, payloadBytes } from "./payload.js";
import { startReceiver } from "./start-receiver.js";

const healthy = 10_000;
const silentPerHealthy = 9;
const perRun = 100;
const policy = { concurrency: { total: 100, perGroup: 50 }, timeout: 600_000 };

/** What an origin that never answers costs another, when most messages wait for it. */
export const isolation: Benchmark = {
  name: "isolation",
  a: `${healthy} sends to a healthy origin, among ${healthy * silentPerHealthy} to one that never answers`,
  b: `${healthy} sends to a healthy origin alone`,
  unit: "/s",
  better: "higher",
  mustReach: 0.7,
  reachFor: 0.9,
  async setUp() {
    const receiver = await startReceiver();
    const silent = await startReceiver();

    async function healthyPerSecond(silentSends: number): Promise<number> {
      const dest = createDest({ destinations: { http: http(policy) }, limits: { messages: 1_000_000 } });
      // That what is silent is lost in the end is the point, and no news.
      dest.on("warning", () => undefined);
      await sendTo(`${silent.origin}/silent`, healthy * silentSends);
      const startedAt = performance.now();
      let left = healthy;
      const delivered = new Promise<void>((resolve) => {
        dest.on("delivered", () => {
          left -= 1;
          if (left === 0) resolve();
        });
      });
      await sendTo(`${receiver.origin}/people`, healthy);
      await delivered;
      const seconds = (performance.now() - startedAt) / 1_000;
      await receiver.expect({ requests: healthy, bytes: payloadBytes(healthy) });
      await dest.close({ timeout: 0 });
      return healthy / seconds;

      async function sendTo(url: string, sends: number): Promise<void> {
        for (let first = 0; first < sends; first += perRun) {
          await dest.run(($) => {
            for (let number = first; number < first + perRun; number++)
              $.send.http({ url, data: payload(number) });
          });
        }
      }
    }

    return {
      a: () => healthyPerSecond(silentPerHealthy),
      b: () => healthyPerSecond(0),
      async tearDown() {
        await Promise.all([receiver.stop(), silent.stop()]);
      },
    };
  },
};
