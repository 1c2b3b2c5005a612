import { expect, test } from "vitest";
import { setUp } from "./set-up.js";

interface Page {
  readonly page_info: {
    readonly total_count: number;
    readonly count: number;
    readonly start_cursor: string | null;
    readonly end_cursor: string | null;
  };
  readonly data: readonly {
    readonly event?: { raw_event: { n: number } };
    readonly [key: string]: unknown;
  }[];
}

function rest(options: Parameters<typeof setUp>[0] = { authorize: "public" }) {
  const set = setUp(options);
  const ask = (path: string, init: RequestInit = {}) =>
    set.bus.fetch(new Request(`http://127.0.0.1${path}`, init));
  return {
    ...set,
    ask,
    async page(query = ""): Promise<Page> {
      const response = await ask(`/v1/workflows/p_a/event_summaries?expand=event${query}`);
      expect(response.status).toBe(200);
      return (await response.json()) as Page;
    },
    async emitted(count: number, first = 0): Promise<void> {
      for (let n = first; n < first + count; n++) {
        await set.emit("p_a", { n }, n % 2 ? "odd" : undefined);
        await set.next("delivered");
      }
    },
  };
}

const numbers = ({ data }: Page) => data.map(({ event }) => event?.raw_event.n);

test("summaries: the last 100, ten a page, the newest first", async () => {
  const { page, emitted, ask, clock } = rest();
  await emitted(103);
  const first = await page();
  expect(numbers(first)).toEqual([102, 101, 100, 99, 98, 97, 96, 95, 94, 93]);
  expect(first.page_info).toEqual({
    total_count: 100,
    count: 10,
    start_cursor: expect.any(String),
    end_cursor: expect.any(String),
  });
  expect(first.data[1]).toEqual({
    id: expect.any(String),
    indexed_at_ms: clock.now(),
    event: { raw_event: { n: 101 } },
    metadata: { emit_id: first.data[1]?.id, name: "odd", emitter_id: "p_a" },
  });
  expect(first.data[0]?.metadata).toMatchObject({ name: null });
  expect(numbers(await page("&limit=1000"))).toHaveLength(100);
  const bare = (await (await ask("/v1/workflows/p_a/event_summaries?limit=1")).json()) as Page;
  expect(bare.data[0]).not.toHaveProperty("event");
  const none = (await (await ask("/v1/workflows/p_other/event_summaries")).json()) as Page;
  expect(none.page_info).toEqual({ total_count: 0, count: 0, start_cursor: null, end_cursor: null });
});

test("pages stay in place while events arrive", async () => {
  const { page, emitted } = rest();
  await emitted(25);
  const seen: unknown[] = [];
  let after = "";
  for (let pages = 0; pages < 3; pages++) {
    const one = await page(after);
    seen.push(...numbers(one));
    after = `&after=${one.page_info.end_cursor}`;
    await emitted(3, 25 + pages * 3);
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => 24 - i));
  expect(numbers(await page(after))).toEqual([]);
});

test("subscriptions come and go over REST", async () => {
  const { ask, bus, emit, next } = rest();
  const heard: unknown[] = [];
  bus.listen("p_b", (event) => void heard.push(event.n));
  const change = async (method: string, query: string) =>
    (await ask(`/v1/subscriptions?${query}`, { method })).status;
  const odd = "emitter_id=p_a&listener_id=p_b&event_name=odd";
  expect(await change("POST", odd)).toBe(200);
  expect(await change("POST", odd)).toBe(200);
  await emit("p_a", { n: 1 }, "odd");
  await next("delivered");
  await emit("p_a", { n: 2 });
  await next("delivered");
  expect(await change("DELETE", odd)).toBe(200);
  expect(await change("DELETE", odd)).toBe(404);
  await emit("p_a", { n: 3 }, "odd");
  await next("delivered");
  expect(heard).toEqual([1]);
  expect(await change("POST", "emitter_id=p_a&listener_id=nobody")).toBe(404);
  expect(await change("POST", "emitter_id=p_a")).toBe(400);
  expect(await change("PUT", odd)).toBe(405);
  expect((await ask("/v1/other")).status).toBe(404);
});

test("without authorize nobody is served, and the answer names the option", async () => {
  const { ask } = rest({});
  const response = await ask("/v1/workflows/p_a/event_summaries");
  expect(response.status).toBe(401);
  expect(await response.text()).toContain('\\"authorize\\" is missing');
});

test("authorize decides on the token; what it throws refuses and is not told", async () => {
  const { ask } = rest({
    authorize(request) {
      if (request.headers.get("authorization") === "Bearer broken") throw new Error("SECRET");
      return request.headers.get("authorization") === "Bearer good";
    },
  });
  const asked = async (token: string) => {
    const response = await ask("/v1/workflows/p_a/event_summaries", {
      headers: { authorization: `Bearer ${token}` },
    });
    return [response.status, (await response.text()).includes("SECRET")];
  };
  expect(await asked("good")).toEqual([200, false]);
  expect(await asked("bad")).toEqual([401, false]);
  expect(await asked("broken")).toEqual([401, false]);
});

test.each(["limit=0", "limit=x", "after=nonsense"])("%s is refused", async (query) => {
  const { ask } = rest();
  expect((await ask(`/v1/workflows/p_a/event_summaries?${query}`)).status).toBe(400);
});
