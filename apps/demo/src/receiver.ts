// A process of its own: what the demo sends crosses a real network interface, and an HTTP server answers it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Milliseconds by which each of the first answers comes later than the one before, so that there is a wait to watch. */
const pace = 150;
const paced = 8;

const arrivals: Arrival[] = [];

const server = createServer(async (request, response) => {
  const { method = "", url = "" } = request;
  const bytes = await buffer(request);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const body = (isPacked ? gunzipSync(bytes) : bytes).toString();
  arrivals.push({ method, path: url, body: body.slice(0, 1_000) });
  const wait = arrivals.length <= paced ? arrivals.length * pace : 0;
  setTimeout(() => response.setHeader("content-type", "application/json").end('{"ok":true}'), wait);
});

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("message", () => process.send?.({ arrivals }));
process.on("disconnect", () => process.exit());
// Ctrl-C reaches every process of the terminal; the demo ends this one when it has shown what arrived.
process.on("SIGINT", () => {});
