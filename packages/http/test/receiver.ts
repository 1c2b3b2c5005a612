import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { Queue } from "./queue.js";

export interface Received {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly socket: Socket;
}

export interface Receiver {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** All that arrived so far. */
  readonly requests: readonly Received[];
  /** Connections opened so far. */
  readonly connections: number;
  /** Resolves with the next request that this was not called for yet. */
  next(): Promise<Received>;
}

type Answer = (response: ServerResponse, request: Received, attempt: number) => void;

/** A real server, closed when the test ends. `attempt` counts all its requests, from 1. */
export async function receiver(answer: Answer = (response) => response.end(), port = 0): Promise<Receiver> {
  const requests: Received[] = [];
  const arrived = new Queue<Received>();
  let connections = 0;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers, socket } = incoming;
    const request = { method, url, headers, socket, body: Buffer.concat(chunks) };
    requests.push(request);
    answer(response, request, requests.length);
    arrived.push(request);
  });
  // It never closes an idle connection, nor asks the client to.
  server.keepAliveTimeout = 0;
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return connections;
    },
    next: () => arrived.next(),
  };
}

/** An origin at which nobody listens. */
export async function nobody(): Promise<{ readonly origin: string; readonly port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return { origin: `http://127.0.0.1:${port}`, port };
}
