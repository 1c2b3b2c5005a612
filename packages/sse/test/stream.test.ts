import { expect, test } from "vitest";
import { numbers, Reader } from "./reader.js";
import { numbered, setUp, workflow } from "./set-up.js";

test("a client gets the last 100 events, then live ones, with names and ids", async () => {
  const { send, url } = await setUp();
  await send(...numbered(130));
  const reader = new Reader(await fetch(url));
  expect(numbers(await reader.take(100))).toEqual(Array.from({ length: 100 }, (_, i) => 30 + i));
  await send({ channel: "people", payload: { name: "Leia", 日本: "🎉" } });
  const [event] = await reader.take(1);
  expect(event).toEqual({
    id: expect.stringMatching(/-131$/),
    event: "people",
    data: '{"name":"Leia","日本":"🎉"}',
  });
  await reader.leave();
});

test.each(["header", "query"])(
  "by the %s a client goes on exactly after the last event it saw",
  async (way) => {
    const { send, url } = await setUp();
    await send(...numbered(10));
    const first = new Reader(await fetch(url));
    const { id = "" } = (await first.take(4)).at(-1) ?? {};
    await first.leave();
    await send(...numbered(3, 10));
    const address = way === "query" ? `${url}?lastEventId=${id}` : url;
    const again = new Reader(
      await fetch(address, way === "header" ? { headers: { "last-event-id": id } } : {}),
    );
    expect(numbers(await again.take(9))).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(again.comments).toEqual([]);
    await again.leave();
  },
);

test("what has rolled out, or was given by another process, is answered with the history and a comment", async () => {
  const { send, url } = await setUp({ authorize: "public", history: 3 });
  await send(...numbered(1));
  const first = new Reader(await fetch(url));
  const [{ id = "" } = {}] = await first.take(1);
  await first.leave();
  await send(...numbered(5, 1));
  for (const lastEventId of [id, "0123456789ab-7", "7", "no id"]) {
    const reader = new Reader(await fetch(url, { headers: { "last-event-id": lastEventId } }));
    expect(numbers(await reader.take(3))).toEqual([3, 4, 5]);
    expect(reader.comments.join()).toMatch(/gap/);
    await reader.leave();
  }
});

test("a stream belongs to one workflow; a run without one publishes to default", async () => {
  const { dest, origin, send } = await setUp();
  await send(...numbered(1));
  await dest.run(($) => $.send.sse({ channel: "tick", payload: { n: 7 } }));
  await dest.flush();
  const reader = new Reader(await fetch(`${origin}/pipelines/default/sse`));
  expect(numbers(await reader.take(1))).toEqual([7]);
  await reader.leave();
});

test("the record says how many were connected, and that nobody was", async () => {
  const { dest, url } = await setUp();
  const publish = async () => {
    const { id } = await dest.run(($) => $.send.sse({ channel: "tick", payload: { n: 1 } }), { workflow });
    await dest.flush();
    return (await dest.messages.get(id))?.receipt;
  };
  expect(await publish()).toEqual({ clients: 0, id: expect.any(String), kept: true });
  const readers = [new Reader(await fetch(url)), new Reader(await fetch(url))];
  for (const reader of readers) await reader.take(1);
  expect(await publish()).toEqual({ clients: 2, id: expect.any(String) });
  for (const reader of readers) await reader.leave();
});

test("silent streams get a sign of life", async () => {
  const { url } = await setUp({ authorize: "public", keepAlive: 5 });
  const reader = new Reader(await fetch(url));
  await reader.untilComment("keepalive");
  await reader.leave();
});

test("closing ends every stream, after all that was sent", async () => {
  const { dest, url } = await setUp();
  await dest.run(($) => $.send.sse({ channel: "tick", payload: { n: 0 } }), { workflow });
  await dest.flush();
  const reader = new Reader(await fetch(url));
  await dest.run(($) => $.send.sse({ channel: "tick", payload: { n: 1 } }), { workflow });
  await dest.close();
  await reader.untilEnd();
  expect(numbers(reader.events)).toEqual([0, 1]);
});
