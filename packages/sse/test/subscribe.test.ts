import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Reconnect } from "../src/reconnect.js";
import { subscribe } from "../src/subscribe.js";
import { numbered, setUp } from "./set-up.js";

const retry = 1;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("connections that break in the middle of a burst: nothing is missed, nothing repeated", async () => {
  const { url, send, server } = await setUp({ authorize: "public", history: 1_000 });
  await send(...numbered(1));
  const seen: number[] = [];
  const sending = (async () => {
    for (let n = 1; n < 500; n += 10) {
      await send(...numbered(10, n));
      if (n % 50 === 1) server.closeAllConnections();
    }
  })();
  for await (const { channel, payload } of subscribe(url, { retry, timeout: 200 })) {
    expect(channel).toBe("tick");
    seen.push((payload as { n: number }).n);
    if (seen.length === 501) break;
  }
  await sending;
  expect(seen).toEqual(Array.from({ length: 501 }, (_, n) => n));
});

test("only the channel that is asked for, from the event that is named", async () => {
  const { url, send } = await setUp();
  await send(...numbered(2), { channel: "other", payload: 1 }, ...numbered(1, 2));
  const ids: string[] = [];
  for await (const { id } of subscribe(url)) if (ids.push(id) === 4) break;
  for await (const event of subscribe(url, { channel: "tick", lastEventId: ids[0] })) {
    expect(event).toEqual({ id: ids[1], channel: "tick", payload: { n: 1 } });
    break;
  }
  for await (const event of subscribe(url, { channel: "other" })) {
    expect(event.payload).toBe(1);
    break;
  }
});

test("a signal ends the loop, also while it waits", async () => {
  const { url } = await setUp();
  for (const address of [url, "http://127.0.0.1:1/pipelines/a/sse"]) {
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 20);
    for await (const _ of subscribe(address, { signal: ending.signal, retry: 60_000 })) expect.unreachable();
  }
});

test("a connection that has fallen silent is taken for lost", async () => {
  let requests = 0;
  const url = await serve((_request, response) => {
    requests += 1;
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (requests > 2) response.write("data: 1\n\n");
    else if (requests > 1) response.flushHeaders();
  });
  expect((await subscribe(url, { retry, timeout: 50 }).next()).value).toMatchObject({ payload: 1 });
  expect(requests).toBe(3);
});

test("what is refused for good is thrown with the server's words; 204 ends it", async () => {
  const refused = await setUp({});
  await expect(subscribe(refused.url).next()).rejects.toMatchObject({
    code: "DEST_SSE_REFUSED",
    message: expect.stringContaining('403: sse: the option "authorize" is missing'),
  });
  const html = await serve((_request, response) =>
    response.setHeader("content-type", "text/html").end("<p>"),
  );
  await expect(subscribe(html).next()).rejects.toMatchObject({
    message: expect.stringContaining("text/html"),
  });
  const over = await serve((_request, response) => response.writeHead(204).end());
  expect(await subscribe(over).next()).toEqual({ done: true, value: undefined });
});

test("503 and 429 are asked again, headers go along each time", async () => {
  const statuses = [503, 429, 200];
  const tokens: unknown[] = [];
  const url = await serve((request, response) => {
    tokens.push(request.headers.authorization);
    response.writeHead(statuses.shift() ?? 200, { "content-type": "text/event-stream" });
    response.end("data: not JSON\n\n");
  });
  for await (const event of subscribe(url, { retry, headers: { authorization: "Bearer t" } })) {
    expect(event).toEqual({ id: "", channel: "message", payload: "not JSON" });
    break;
  }
  expect(tokens).toEqual(["Bearer t", "Bearer t", "Bearer t"]);
});

test("pauses double up to 30 s, or are as the server asks", () => {
  const reconnect = new Reconnect(1_000);
  const pauses = Array.from({ length: 7 }, () => reconnect.next(() => 1));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  reconnect.succeeded();
  expect(reconnect.next(() => 0)).toBe(500);
  reconnect.succeeded();
  reconnect.asked(60_000);
  expect([reconnect.next(() => 1), reconnect.next(() => 1)]).toEqual([60_000, 60_000]);
});
