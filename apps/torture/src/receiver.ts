import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { arrivalOf } from "./arrival.js";
import type { Ledger } from "./ledger.js";
import type { Random } from "./random.js";
import type { StoredBatches } from "./stored-batches.js";

/** What becomes of a request; the rest is answered with 200 at once. */
export interface Mood {
  /** Shares of all requests: answered late, with 503, by closing the connection before or after taking it, never. */
  readonly late: number;
  readonly busy: number;
  readonly dropped: number;
  readonly answerLost: number;
  readonly unanswered: number;
  /** Milliseconds of the latest answer. */
  readonly latest: number;
}

export const calm: Mood = { late: 0, busy: 0, dropped: 0, answerLost: 0, unanswered: 0, latest: 0 };
export const rough: Mood = {
  late: 0.2,
  busy: 0.06,
  dropped: 0.03,
  answerLost: 0.03,
  unanswered: 0,
  latest: 30,
};
export const down: Mood = { ...calm, busy: 1 };
export const silent: Mood = { ...calm, unanswered: 1 };

/** The service that is delivered to. It lives in the process of the observer and tells the ledger what it gets. */
export class Receiver {
  mood: Mood = calm;
  /** Of the process that is delivering, to tell its requests from those of its predecessor. */
  life = 0;
  readonly origins: string[] = [];
  readonly #servers: Server[] = [];
  readonly #lives = new WeakMap<Socket, number>();
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #batches: StoredBatches | undefined;
  #heard: (() => void) | undefined;

  constructor(ledger: Ledger, random: Random, batches?: StoredBatches) {
    this.#ledger = ledger;
    this.#random = random;
    this.#batches = batches;
  }

  async start(origins = 1): Promise<void> {
    for (let i = 0; i < origins; i++) {
      const server = createServer((request, response) => {
        // A request that breaks off is one that did not arrive.
        this.#take(request, response).catch(() => request.destroy());
      });
      server.on("connection", (socket: Socket) => this.#lives.set(socket, this.life));
      server.keepAliveTimeout = 60_000;
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      this.#servers.push(server);
      this.origins.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    }
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  }

  /** Resolves when all that was accepted has been answered, or when the time is over. */
  async hasAll(withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (this.#ledger.missing().length > 0 && performance.now() < end) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
        setTimeout(resolve, 100);
      });
    }
    return this.#ledger.missing().length === 0;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const life = this.#lives.get(request.socket) ?? this.life;
    const { late, busy, dropped, answerLost, unanswered, latest } = this.mood;
    const random = this.#random;
    if (random.chance(dropped)) return void request.socket.destroy();
    const { name, keys, payloads, batch } = arrivalOf(request, body);
    this.#ledger.arrive(payloads, keys, name, life);
    if (random.chance(unanswered)) return;
    if (random.chance(busy)) return void response.writeHead(503).end();
    if (random.chance(late)) await new Promise((resolve) => setTimeout(resolve, random.between(1, latest)));
    if (batch) this.#batches?.store(batch);
    if (random.chance(answerLost)) return void request.socket.destroy();
    if (request.socket.destroyed) return;
    this.#ledger.answer(payloads, name, life);
    this.#heard?.();
    response.end("ok");
  }
}
