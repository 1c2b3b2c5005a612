import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { nobody, receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

const neverTwice = { retry: { ambiguous: false } } as const;

/** Takes connections, and leaves them the moment the first bytes arrive. */
async function resetting(): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.resetAndDestroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("with retry.ambiguous false, what may have arrived is a dead letter that says so", () => {
  test("a timeout after the request was written", async () => {
    const target = await receiver(() => {});
    const { clock, send, next } = setUp(neverTwice);
    await send({ url: target.origin, data: { pay: 1 } });
    await target.next();
    await clock.advance(30_000);
    const { error, attempts } = await next("dead");
    expect(error?.code).toBe("DEST_AMBIGUOUS");
    expect(error?.message).toMatch(/may have arrived .* DEST_TIMEOUT: .* timeout of 30000 ms/);
    expect(attempts).toMatchObject([{ error: { code: "DEST_TIMEOUT" } }]);
    await clock.advance(86_400_000);
    expect(target.requests).toHaveLength(1);
  });

  test("a timeout in the middle of the answer, although its status was 200", async () => {
    const target = await receiver((response) => response.writeHead(200, { "content-length": 9 }).write("1"));
    const { clock, send, next } = setUp(neverTwice);
    await send({ url: target.origin });
    await target.next();
    await clock.advance(30_000);
    expect((await next("dead")).error?.code).toBe("DEST_AMBIGUOUS");
  });

  test("a reset after the first bytes", async () => {
    const url = await resetting();
    const { send, next } = setUp(neverTwice);
    await send({ url, data: { pay: 1 } });
    const { error } = await next("dead");
    expect(error?.code).toBe("DEST_AMBIGUOUS");
    expect(error?.message).toContain("DEST_NETWORK");
  });

  test.each([
    [303, "GET", "dead"],
    [302, "GET", "dead"],
    [307, "POST", "retry"],
  ] as const)("after %i the next is a %s, and nobody is there: %s", async (status, _, event) => {
    const { origin: refusing } = await nobody();
    const target = await receiver((response) => response.writeHead(status, { location: refusing }).end());
    const { send, next } = setUp(neverTwice);
    await send({ url: target.origin, data: { pay: 1 } });
    const { attempts } = await next(event);
    expect(attempts).toMatchObject([{ error: { code: "DEST_NETWORK" } }]);
  });
});

test("after 303 the next is a GET, and its receiver is busy: dead, as the first request was taken", async () => {
  const target = await receiver((response, { method }) => {
    if (method === "POST") response.writeHead(303, { location: "/result" }).end();
    else response.writeHead(503).end();
  });
  const { send, next } = setUp(neverTwice);
  await send({ url: target.origin, data: { pay: 1 } });
  expect((await next("dead")).error?.code).toBe("DEST_AMBIGUOUS");
});

describe("and what cannot have arrived is sent again", () => {
  test("a connection that was refused", async () => {
    const { origin, port } = await nobody();
    const { clock, send, next } = setUp(neverTwice);
    await send({ url: origin, data: { pay: 1 } });
    await next("retry");
    const target = await receiver(undefined, port);
    await clock.advance(1_000);
    await next("delivered");
    expect(target.requests).toHaveLength(1);
  });

  test.each([408, 425, 429, 500, 503])("what was answered with %i", async (status) => {
    const target = await receiver((response, _request, attempt) =>
      response.writeHead(attempt === 1 ? status : 200).end(),
    );
    const { clock, send, next } = setUp(neverTwice);
    await send({ url: target.origin });
    await next("retry");
    await clock.advance(1_000);
    await next("delivered");
  });
});
