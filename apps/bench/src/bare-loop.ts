import { Pool } from "undici";
import { payload } from "./payload.js";

export const concurrency = 50;

let keys = 0;

export function barePool(origin: string): Pool {
  return new Pool(origin, { connections: concurrency, keepAliveTimeout: 30_000 });
}

/** The request that dest makes of a send, by hand. */
export async function bareRequest(pool: Pool, data: unknown): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: "POST",
    path: "/people",
    headers: {
      "user-agent": "dest",
      "idempotency-key": `r_bare0000000000${keys++}.${keys % 100}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(data),
  });
  await body.text();
  if (statusCode !== 200) throw new Error(`the receiver answered ${statusCode}`);
}

/** What is measured against: the same requests, and nothing is kept. */
export async function bareLoop(pool: Pool, sends: number): Promise<void> {
  let next = 0;
  const loop = async () => {
    for (let number = next++; number < sends; number = next++) await bareRequest(pool, payload(number));
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
}
