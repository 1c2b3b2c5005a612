import { expect, test } from "vitest";
import { path, setUp } from "./set-up.js";

async function statusOf(url: string, init: RequestInit = {}): Promise<[number, string]> {
  const response = await fetch(url, init);
  const text = response.status === 200 ? "" : await response.text();
  await response.body?.cancel().catch(() => undefined);
  return [response.status, text];
}

test("without authorize nobody is served, and the answer names the option", async () => {
  const { url } = await setUp({});
  const [status, text] = await statusOf(url);
  expect(status).toBe(403);
  expect(text).toContain('"authorize" is missing');
});

test("authorize decides on the request; what it throws refuses and is not told", async () => {
  const { url } = await setUp({
    authorize: async (request) => {
      if (request.headers.get("authorization") === "Bearer broken") throw new Error("SECRET");
      return request.headers.get("authorization") === "Bearer good" && request.url === url;
    },
  });
  const asked = (token: string) => statusOf(url, { headers: { authorization: `Bearer ${token}` } });
  expect(await asked("good")).toEqual([200, ""]);
  expect((await asked("bad"))[0]).toBe(403);
  const [status, text] = await asked("broken");
  expect(status).toBe(403);
  expect(text).not.toContain("SECRET");
});

test("an answer that is true by accident does not let in", async () => {
  const { url } = await setUp({ authorize: (() => "no") as never });
  expect((await statusOf(url))[0]).toBe(403);
});

test("other paths are 404, other methods 405; HEAD has no body", async () => {
  const { url, origin } = await setUp();
  for (const other of ["/", "/pipelines/sse", "/pipelines/a/b/sse", "/pipelines/%E0%A4%A/sse", "//evil/sse"])
    expect((await statusOf(origin + other))[0], other).toBe(404);
  expect((await statusOf(url, { method: "POST" }))[0]).toBe(405);
  expect(await (await fetch(url, { method: "HEAD" })).text()).toBe("");
});

test("headers that keep proxies and caches away", async () => {
  const { url } = await setUp();
  const response = await fetch(url);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "access-control-allow-origin": "*",
  });
  await response.body?.cancel();
});

test("pages of other origins read only what cors names", async () => {
  const { url } = await setUp({ authorize: () => true, cors: { origin: "https://a.example" } });
  const allowed = async (origin: string) => {
    const { headers, body } = await fetch(url, { headers: { origin } });
    await body?.cancel();
    return [headers.get("access-control-allow-origin"), headers.get("vary")];
  };
  expect(await allowed("https://a.example")).toEqual(["https://a.example", "origin"]);
  expect(await allowed("https://b.example")).toEqual([null, "origin"]);
  const preflight = await fetch(url, {
    method: "OPTIONS",
    headers: {
      origin: "https://a.example",
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization",
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-headers")).toBe("authorization");
});

test("fetch serves the same without a server", async () => {
  const { live, send } = await setUp();
  await send({ channel: "tick", payload: 1 });
  const response = await live.fetch(new Request(`http://localhost${path}`));
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toMatch(/^id: \w+-1\nevent: tick\ndata: 1\n\n$/);
  await reader?.cancel();
});
