import { once } from "node:events";
import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { hasOpenssl, newCertificates } from "./certificates.js";
import { setUp } from "./set-up.js";

if (!hasOpenssl) console.info("left out: the tests with TLS, as there is no openssl to make certificates");
const certificates = hasOpenssl ? newCertificates() : undefined;
const { ca, server: pair, client } = certificates ?? ({} as ReturnType<typeof newCertificates>);

/** Speaks HTTP/1.1 and HTTP/2, and notes which, and who the client is. */
async function secureReceiver(options: SecureServerOptions = {}) {
  const seen: { version: string; client: string | undefined; body: string }[] = [];
  const sockets = new Set<Socket>();
  const server: Http2SecureServer = createSecureServer({ ...pair, allowHTTP1: true, ...options });
  server.on("request", async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { CN } = (request.socket as TLSSocket).getPeerCertificate?.()?.subject ?? {};
    seen.push({
      version: request.httpVersion,
      client: CN?.toString(),
      body: Buffer.concat(chunks).toString(),
    });
    response.end("done");
  });
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { seen, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const withTls = test.runIf(hasOpenssl);

withTls("a certificate of nobody known is retried: it may be renewed", async () => {
  const { seen, url } = await secureReceiver();
  const { send, next } = setUp();
  await send({ url, data: "text" });
  const { attempts } = await next("retry");
  expect(attempts[0]?.error).toMatchObject({
    code: "DEST_NETWORK",
    message: expect.stringContaining("certificate"),
  });
  expect(seen).toEqual([]);
});

withTls("one of an authority of your own is trusted", async () => {
  const { seen, url } = await secureReceiver();
  const { send, next } = setUp({ tls: { ca } });
  await send({ url, data: "text" });
  await next("delivered");
  expect(seen).toEqual([{ version: "1.1", client: undefined, body: "text" }]);
});

withTls("a client shows its certificate where one is asked for", async () => {
  const { seen, url } = await secureReceiver({ requestCert: true, rejectUnauthorized: true, ca });
  const stranger = setUp({ tls: { ca } });
  await stranger.send({ url, data: "text" });
  expect((await stranger.next("retry")).attempts[0]?.error?.code).toBe("DEST_NETWORK");
  const known = setUp({ tls: { ca, ...client } });
  await known.send({ url, data: "text" });
  await known.next("delivered");
  expect(seen).toEqual([{ version: "1.1", client: "client", body: "text" }]);
});

withTls("HTTP/2 where it is asked for and offered, many requests on one connection", async () => {
  const { seen, url } = await secureReceiver();
  const { send, next } = setUp({ tls: { ca }, http2: true });
  const bodies = Array.from({ length: 20 }, (_, i) => `text ${i}`);
  await send(...bodies.map((data) => ({ url, data })));
  for (const _ of bodies) await next("delivered");
  expect(new Set(seen.map(({ version }) => version))).toEqual(new Set(["2.0"]));
  expect(seen.map(({ body }) => body).sort()).toEqual(bodies.sort());
});

test.each([
  [{ tls: { certificate: "PLANTED" } }, "tls: "],
  [{ tls: "PLANTED" }, "tls: "],
  [{ http2: "yes" }, "http2: "],
  [{ proxy: "user:PLANTED@proxy" }, "proxy: "],
  [{ proxy: "ftp://user:PLANTED@proxy" }, "proxy: "],
])("%j is refused", (options, start) => {
  let thrown: Error | undefined;
  try {
    setUp(options as never);
  } catch (error) {
    thrown = error as Error;
  }
  expect(thrown).toMatchObject({ code: "DEST_INVALID_OPTION" });
  expect(thrown?.message.startsWith(start)).toBe(true);
  expect(thrown?.message).not.toContain("PLANTED");
});
