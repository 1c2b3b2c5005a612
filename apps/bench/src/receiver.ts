// The program that start-receiver.ts starts: answers every request with 200 at once, and counts. A request to /silent
// is never answered, and not counted.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Received } from "./start-receiver.js";

let requests = 0;
let bytes = 0;

const server = createServer((request, response) => {
  if (request.url === "/silent") return void request.resume();
  requests += 1;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  response.end("ok");
});

// Connections outlive the round of the other side.
server.keepAliveTimeout = 60_000;

server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));

// Whatever the message: it asks for the counts since the last.
process.on("message", () => {
  process.send?.({ requests, bytes } satisfies Received);
  requests = bytes = 0;
});

process.on("disconnect", () => process.exit());
