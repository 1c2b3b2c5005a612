import { Agent, get, type IncomingMessage } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { numbers, Reader } from "./reader.js";
import { numbered, path, setUp, workflow } from "./set-up.js";

function connect(url: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(url, { agent }, resolve).on("error", reject));
}

function manyConnections(): Agent {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  onTestFinished(() => agent.destroy());
  return agent;
}

test("1,000 clients each get every event, in order", async () => {
  const { url, dest, send } = await setUp();
  const agent = manyConnections();
  const texts = await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      const response = await connect(url, agent);
      const said = { text: "" };
      response.setEncoding("utf8").on("data", (chunk: string) => {
        said.text += chunk;
      });
      return said;
    }),
  );
  await send(...numbered(20));
  const { id } = await dest.run(($) => $.send.sse({ channel: "tick", payload: { n: 20 } }), { workflow });
  await dest.flush();
  expect((await dest.messages.get(id))?.receipt).toMatchObject({ clients: 1_000 });
  const wanted = Array.from({ length: 21 }, (_, n) => n).join();
  const numbersOf = ({ text }: { text: string }) =>
    [...text.matchAll(/^data: \{"n":(\d+)\}$/gm)].map(([, n]) => n).join();
  await expect.poll(() => texts.filter((said) => numbersOf(said) !== wanted).length).toBe(0);
});

test("1,000 connects and disconnects leave no listener, timer or client behind", async () => {
  const { url, dest, live, server, send } = await setUp();
  await send(...numbered(5));
  const handles = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = handles();
  for (let round = 0; round < 20; round++) {
    const agent = new Agent({ keepAlive: false, maxSockets: 50 });
    const responses = await Promise.all(Array.from({ length: 25 }, () => connect(url, agent)));
    for (const response of responses) response.destroy();
    agent.destroy();
    const leaving = new AbortController();
    const bodies = await Promise.all(
      Array.from({ length: 25 }, (_, i) =>
        live.fetch(new Request(`http://localhost${path}`, i % 2 ? { signal: leaving.signal } : {})),
      ),
    );
    leaving.abort();
    for (const [i, { body }] of bodies.entries()) if (i % 2 === 0) await body?.cancel();
  }
  await expect
    .poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))))
    .toBe(0);
  const { id } = await dest.run(($) => $.send.sse({ channel: "tick", payload: 1 }), { workflow });
  await dest.flush();
  expect((await dest.messages.get(id))?.receipt).toMatchObject({ clients: 0 });
  await expect.poll(handles).toBeLessThanOrEqual(before);
});

test("who leaves too much unread is cut off with a warning, and resumes by id; the others notice nothing", async () => {
  const { url, live, send, warnings } = await setUp({
    authorize: "public",
    maxBuffered: 100_000,
    history: 1_000,
  });
  const big = (n: number) => ({ channel: "tick", payload: { n, text: "x".repeat(20_000) } });
  const slow = new Reader(await live.fetch(new Request(`http://localhost${path}`)));
  const quick = new Reader(await fetch(url));
  await send(big(0));
  const [{ id = "" } = {}] = await slow.take(1);
  await quick.take(1);
  for (let n = 1; n <= 20; n++) {
    await send(big(n));
    expect(numbers(await quick.take(1))).toEqual([n]);
  }
  await expect(slow.untilEnd()).rejects.toThrow("unread");
  expect(warnings.join()).toMatch(/1 client of workflow "p_abc" left more than 100000 bytes unread/);
  const back = new Reader(await fetch(url, { headers: { "last-event-id": id } }));
  expect(numbers(await back.take(20))).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  await Promise.all([back.leave(), quick.leave()]);
});
