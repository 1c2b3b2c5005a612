import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type DestinationService,
  type ServiceAnswer,
  type Taken,
  testDestination,
  throttleMs,
} from "@dest/core/testing";
import { test } from "vitest";
import { http } from "../src/index.js";

interface Receiver extends DestinationService {
  readonly origin: string;
}

const statuses = { accept: 204, transient: 503, permanent: 404, throttle: 429 } as const;

async function receiver(answer: () => ServiceAnswer): Promise<Receiver> {
  const accepted: Taken[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const told = answer();
    if (told === "silent" || told === "partial") return;
    if (told === "accept") {
      const { number } = JSON.parse(Buffer.concat(chunks).toString()) as { number: number };
      accepted.push({ call: number, key: incoming.headers["idempotency-key"]?.toString() });
    }
    if (told === "throttle") response.setHeader("retry-after", String(throttleMs / 1_000));
    // What it was sent comes back in places where servers repeat it.
    response.setHeader("set-cookie", "sid=PLANTED");
    response.writeHead(statuses[told]).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => accepted,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const url = "https://example.com";

testDestination({
  test,
  serve: receiver,
  create: () => http(),
  call: (number, { origin }) => [
    {
      method: "PUT",
      url: `${origin.replace("//", "//user:PLANTED@")}/in?token=PLANTED&page=1`,
      params: { access_token: "PLANTED" },
      headers: { Cookie: "sid=PLANTED", "X-Api-Key": "PLANTED", "X-Team": "red" },
      data: { number, text: `message ${number}`, list: [number, { deep: true }] },
    },
  ],
  invalid: [
    { args: [undefined], path: "the request" },
    { args: [{}], path: "url" },
    { args: [{ url: "ftp://user:PLANTED@example.com/?token=PLANTED" }], path: "url" },
    { args: [{ url, method: "SHOUT" }], path: "method" },
    { args: [{ url, headers: { Authorization: "Bearer PLANTED\n" } }], path: "headers.Authorization" },
    { args: [{ url, params: { page: {} } }], path: "params.page" },
    { args: [{ url, auth: { username: "Luke" } }], path: "auth.password" },
    { args: [{ url, data: { list: [new Map()] } }], path: "data.list.0" },
  ],
  secrets: ["PLANTED", btoa("user:PLANTED")],
  cannot: { partial: "each message is a request of its own" },
});
