import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDest } from "@dest/core";
import { onTestFinished } from "vitest";
import { type SseEvent, type SseOptions, sse } from "../src/index.js";

export const workflow = "p_abc";
export const path = `/pipelines/${workflow}/sse`;

/** A destination whose streams a server of this machine serves. */
export async function setUp(options: SseOptions = { authorize: "public" }) {
  const live = sse(options);
  const dest = createDest({ destinations: { sse: live } });
  const warnings: string[] = [];
  dest.on("warning", ({ message }) => warnings.push(message));
  const server = createServer(live.handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    await dest.close({ timeout: 0 });
    await live.close();
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    live,
    dest,
    server,
    warnings,
    origin,
    url: origin + path,
    /** Resolves when they have been published. */
    async send(...events: SseEvent[]): Promise<void> {
      await dest.run(($) => events.map((event) => $.send.sse(event)), { workflow });
      await dest.flush();
    },
  };
}

/** So many events, numbered from `first`. */
export function numbered(count: number, first = 0): SseEvent[] {
  return Array.from({ length: count }, (_, i) => ({ channel: "tick", payload: { n: first + i } }));
}
