import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { hasOpenssl, newCertificates } from "./certificates.js";
import { receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

/** A forward proxy that answers for every host itself, and opens tunnels to this machine only. */
async function forwardProxy() {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ target: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    request.resume().on("end", () => response.end("by the proxy"));
  });
  server.on("connect", (request, socket) => {
    asked.push({ target: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    const tunnel = connect(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      tunnel.pipe(socket).pipe(tunnel);
    });
    for (const end of [tunnel, socket]) end.on("error", () => tunnel.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("a request goes to the proxy that is named, its name not looked up here", async () => {
  const proxy = await forwardProxy();
  const { send, next } = setUp({ proxy: proxy.url.replace("//", "//user:PLANTED@") });
  await send({ url: "http://target.invalid/in?a=1", data: { a: 1 } });
  const record = await next("delivered");
  const authorization = `Basic ${Buffer.from("user:PLANTED").toString("base64")}`;
  expect(proxy.asked).toEqual([{ target: "http://target.invalid/in?a=1", authorization }]);
  expect(record.attempts[0]?.response).toMatchObject({ body: "by the proxy" });
  expect(JSON.stringify(record)).not.toMatch(/PLANTED/);
});

test("an address that may not be sent to is refused before the proxy is asked", async () => {
  const proxy = await forwardProxy();
  const { send, next } = setUp({ proxy: proxy.url });
  await send({ url: "http://169.254.169.254/latest" });
  expect((await next("dead")).error?.code).toBe("DEST_HTTP_ADDRESS");
  expect(proxy.asked).toEqual([]);
});

test("the environment says which proxy, and for which hosts none", async () => {
  const proxy = await forwardProxy();
  const target = await receiver();
  vi.stubEnv("HTTP_PROXY", proxy.url);
  vi.stubEnv("http_proxy", proxy.url);
  vi.stubEnv("NO_PROXY", "127.0.0.1");
  vi.stubEnv("no_proxy", "127.0.0.1");
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { send, next } = setUp({ proxy: "environment" });
  await send({ url: "http://target.invalid/" }, { url: target.origin });
  await next("delivered");
  await next("delivered");
  expect(proxy.asked.map((request) => request.target)).toEqual(["http://target.invalid/"]);
  expect(target.requests).toHaveLength(1);
});

test.runIf(hasOpenssl)("https goes through a tunnel, to the server that has the certificate", async () => {
  const proxy = await forwardProxy();
  const { ca, server: pair } = newCertificates();
  const server = createTlsServer(pair, (request, response) =>
    request.resume().on("end", () => response.end()),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { send, next } = setUp({ proxy: proxy.url, tls: { ca } });
  await send({ url: `https://localhost:${port}/`, data: "text" });
  await next("delivered");
  expect(proxy.asked.map((request) => request.target)).toEqual([`localhost:${port}`]);
});
