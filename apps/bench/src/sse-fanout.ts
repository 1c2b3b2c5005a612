import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createDest } from "@dest/core";
import { sse } from "@dest/sse";
import type { Benchmark } from "./benchmark.js";
import { type Child, startChild } from "./child.js";
import { payload } from "./payload.js";

const clients = 1_000;
const events = 200;
const perRun = 10;
const workflow = "p_bench";

/** What it costs to send each event to everyone who follows, beside writing it to them. */
export const sseFanout: Benchmark = {
  name: "sse-fanout",
  a: `${events} sends in runs of ${perRun} to ${clients} clients, until all have read them`,
  b: `response.write of one buffer for ${perRun} events to ${clients} responses, as often`,
  unit: "/s",
  better: "higher",
  mustReach: 0.7,
  reachFor: 0.9,
  async setUp() {
    const live = sse({ authorize: "public", history: 0 });
    const dest = createDest({ destinations: { sse: live } });
    const responses: ServerResponse[] = [];
    const ours = await follow(live.handle);
    const bare = await follow((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      responses.push(response);
    });
    // An id of as many characters as ours have is in every frame.
    const sizes = { mark: 12, first: 1 };

    async function publish(): Promise<void> {
      for (let sent = 0; sent < events; sent += perRun) {
        await dest.run(
          ($) => {
            for (let at = sent; at < sent + perRun; at++)
              $.send.sse({ channel: "people", payload: payload(at) });
          },
          { workflow },
        );
        await setImmediate();
      }
      await dest.flush();
    }

    async function write(): Promise<void> {
      for (let sent = 0; sent < events; sent += perRun) {
        let text = "";
        for (let at = sent; at < sent + perRun; at++) text += frame(sizes.first + at, at);
        const bytes = Buffer.from(text);
        for (const response of responses) response.write(bytes);
        await setImmediate();
      }
    }

    function frame(number: number, at: number): string {
      return `id: ${"0".repeat(sizes.mark)}-${number}\nevent: people\ndata: ${JSON.stringify(payload(at))}\n\n`;
    }

    function bytesOf(): number {
      let bytes = 0;
      for (let at = 0; at < events; at++) bytes += Buffer.byteLength(frame(sizes.first + at, at));
      return bytes * clients;
    }

    return {
      async a() {
        const bytes = bytesOf();
        const figure = await timed(ours.reader, bytes, publish);
        sizes.first += events;
        return figure;
      },
      async b() {
        // The frames of the round before, whose numbers are as long, or nearly.
        return timed(bare.reader, bytesOf(), write);
      },
      async tearDown() {
        await dest.close();
        for (const { stop } of [ours, bare]) await stop();
      },
    };
  },
};

async function timed(reader: Child<unknown>, bytes: number, send: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const read = reader.ask(bytes);
  await send();
  await read;
  return (events * clients) / ((performance.now() - startedAt) / 1_000);
}

/** A server of this process, and all its clients in another. */
async function follow(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1", clients);
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pipelines/${workflow}/sse`;
  const reader = await startChild("followers", url, String(clients));
  return {
    reader,
    async stop() {
      await reader.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}
