import { setImmediate } from "node:timers/promises";
import { createDest } from "@dest/core";
import { http } from "@dest/http";
import { Pool } from "undici";
import type { Benchmark } from "./benchmark.js";
import { payload, payloadBytes } from "./payload.js";
import { startReceiver } from "./start-receiver.js";

const sends = 100_000;
const perRun = 100;
const concurrency = 50;
const patience = 120_000;

/** What dest costs on top of the requests themselves, where nothing is stored on disk. */
export const httpMemory: Benchmark = {
  name: "http-memory",
  a: `${sends} sends in runs of ${perRun}, memory outbox, until all are delivered`,
  b: "the same requests by a loop over undici's Pool.request that reads the body",
  unit: "/s",
  better: "higher",
  mustReach: 0.85,
  reachFor: 0.95,
  async setUp() {
    const receiver = await startReceiver();
    const url = `${receiver.origin}/people`;
    const dest = createDest({ destinations: { http: http({ concurrency }) }, limits: { messages: sends } });
    const pool = new Pool(receiver.origin, { connections: concurrency, keepAliveTimeout: 30_000 });
    let delivered = 0;
    let keys = 0;

    async function sendThroughDest(): Promise<void> {
      for (let first = 0; first < sends; first += perRun) {
        await dest.run(($) => {
          for (let number = first; number < first + perRun; number++)
            $.send.http({ method: "POST", url, data: payload(number) });
        });
        // A run in each turn of the event loop, as in a server: what was accepted before is delivered meanwhile.
        await setImmediate();
      }
      const counts = await dest.flush({ timeout: patience });
      delivered += sends;
      if (counts.delivered !== delivered || counts.dead > 0 || counts.pending > 0)
        throw new Error(`${delivered} sends were to be delivered; counts are ${JSON.stringify(counts)}`);
    }

    async function sendBare(): Promise<void> {
      let next = 0;
      const loop = async () => {
        for (let number = next++; number < sends; number = next++) {
          const { statusCode, body } = await pool.request({
            method: "POST",
            path: "/people",
            headers: {
              "user-agent": "dest",
              "idempotency-key": `r_bare0000000000${keys++}.${number % perRun}`,
              "content-type": "application/json",
            },
            body: JSON.stringify(payload(number)),
          });
          await body.text();
          if (statusCode !== 200) throw new Error(`the receiver answered ${statusCode}`);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, loop));
    }

    async function perSecond(send: () => Promise<void>): Promise<number> {
      const startedAt = performance.now();
      await send();
      const seconds = (performance.now() - startedAt) / 1_000;
      await receiver.expect({ requests: sends, bytes: payloadBytes(sends) });
      return sends / seconds;
    }

    return {
      a: () => perSecond(sendThroughDest),
      b: () => perSecond(sendBare),
      async tearDown() {
        await Promise.all([dest.close(), pool.close()]);
        await receiver.stop();
      },
    };
  },
};
