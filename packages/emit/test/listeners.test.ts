import { createDest } from "@dest/core";
import { recordingDestination } from "@dest/core/testing";
import { expect, test } from "vitest";
import { emit as createBus } from "../src/index.js";
import { setUp } from "./set-up.js";

test("listeners hear what matches, until they end it", async () => {
  const { bus, emit, next } = setUp();
  const heard: string[] = [];
  bus.on({}, (event, { emitter, name }) => void heard.push(`all ${emitter} ${name} ${event.n}`));
  bus.on({ emitter: "p_a" }, (event) => void heard.push(`a ${event.n}`));
  const end = bus.on({ emitter: "p_a", event: "odd" }, (event) => void heard.push(`odd ${event.n}`));
  await emit("p_a", { n: 1 }, "odd");
  await next("delivered");
  await emit("p_b", { n: 2 }, "odd");
  await next("delivered");
  end();
  await emit("p_a", { n: 3 }, "odd");
  const { receipt } = await next("delivered");
  expect(heard).toEqual(["all p_a odd 1", "a 1", "odd 1", "all p_b odd 2", "all p_a odd 3", "a 3"]);
  expect(receipt).toEqual({ listeners: ["on-1", "on-2"] });
});

test("nobody listens: delivered to nobody, which the record says, and kept in history", async () => {
  const { bus, emit, next } = setUp({ authorize: "public" });
  const id = await emit("p_a", { n: 1 });
  expect((await next("delivered")).receipt).toEqual({ listeners: [] });
  const response = await bus.fetch(new Request("http://h/v1/workflows/p_a/event_summaries"));
  expect(((await response.json()) as { data: { id: string }[] }).data.map((one) => one.id)).toEqual([id]);
});

test("a listener that throws is called again, the others are not", async () => {
  const { bus, clock, emit, next } = setUp({ retry: { jitter: "none" } });
  const heard: string[] = [];
  bus.on({}, () => void heard.push("well"));
  bus.on({}, (_event, { $ }) => {
    heard.push("ill");
    $.send.out(`from ${heard.length}`);
    if (heard.length < 4) throw new Error("not yet");
  });
  await emit("p_a", {});
  for (let failures = 1; failures <= 2; failures++) {
    const { attempts, availableAt } = await next("retry");
    expect(attempts.at(-1)?.error).toEqual({ code: "DEST_EMIT_LISTENER", message: "listener on-2: not yet" });
    await clock.advance(availableAt - clock.now());
  }
  await next("delivered");
  expect(heard).toEqual(["well", "ill", "ill", "ill"]);
});

test("what a listener sends is a run of its own, linked to its parent, and sent once", async () => {
  const { bus, clock, dest, emit, next, out } = setUp({ retry: { jitter: "none" } });
  let calls = 0;
  bus.on(
    {},
    (event, { $ }) => {
      $.send.out(event);
    },
    { id: "copier" },
  );
  bus.on({}, () => {
    calls += 1;
    if (calls === 1) throw new Error("not yet");
  });
  const id = await emit("p_a", { n: 1 });
  const { availableAt } = await next("retry");
  await clock.advance(availableAt - clock.now());
  await next("delivered");
  await clock.advance(0);
  expect(out.values).toEqual([{ n: 1 }]);
  const [child] = (await dest.messages.list({ destination: "out" })).items;
  expect(child?.origin).toMatchObject({ parent: id, depth: 1, workflow: "copier" });
});

test("a loop ends at maxDepth with a dead letter that shows it", async () => {
  const { bus, emit, next } = setUp({ maxDepth: 5 });
  let calls = 0;
  const pass = (event: unknown, { $ }: { $: { send: { emit(event: unknown): unknown } } }) => {
    calls += 1;
    $.send.emit(event);
  };
  bus.listen("p_a", pass);
  bus.listen("p_b", pass);
  bus.subscribe("p_a", "p_b");
  bus.subscribe("p_b", "p_a");
  await emit("p_a", { round: true });
  const { error, origin } = await next("dead");
  expect(calls).toBe(5);
  expect(origin.depth).toBe(5);
  expect(error?.code).toBe("DEST_EMIT_DEPTH");
  expect(error?.message).toContain("p_a → p_b → p_a → p_b → p_a → p_b");
});

test("a webhook is sent through the http destination, as a message of its own", async () => {
  const { bus, dest, emit, next } = setUp({ webhook: "out" });
  bus.listen("hook", "http://127.0.0.1/hook");
  bus.subscribe("p_a", "hook", "paid");
  await emit("p_a", [1, 2], "paid");
  await next("delivered");
  const [sent] = (await dest.messages.list({ destination: "out" })).items;
  expect(sent?.origin.workflow).toBe("hook");
});

test("a webhook without that destination is dead, and says which name is missing", async () => {
  const { bus, emit, next } = setUp();
  bus.listen("hook", new URL("http://127.0.0.1/hook"));
  bus.subscribe("p_a", "hook");
  await emit("p_a", {});
  const { error } = await next("dead");
  expect(error?.message).toMatch(/^listener hook: DEST_UNKNOWN_DESTINATION.*\$\.send\.http/);
});

test("a workflow is run with the event, and its failure is a failed attempt", async () => {
  const { bus, emit, next } = setUp();
  const runs: unknown[] = [];
  bus.listen("p_b", {
    id: "p_b",
    async run(dest, { event, runId, parent }) {
      runs.push({ event, depth: parent.depth });
      const run = dest.begin({ runId, parent, workflow: "p_b" });
      await run.commit();
      return { error: new Error("a step failed") };
    },
  });
  bus.subscribe("p_a", "p_b");
  await emit("p_a", { n: 1 });
  expect((await next("retry")).attempts[0]?.error?.message).toBe("listener p_b: a step failed");
  expect(runs).toEqual([{ event: { n: 1 }, depth: 0 }]);
});

test("close waits for what listeners send, through a whole chain", async () => {
  const bus = createBus();
  const out = recordingDestination();
  const dest = createDest({ destinations: { emit: bus, out } });
  for (const [from, to] of [
    ["p_a", "p_b"],
    ["p_b", "p_c"],
  ] as const) {
    bus.listen(to, (event, { $ }) => (to === "p_c" ? $.send.out(event) : $.send.emit(event)));
    bus.subscribe(from, to);
  }
  await dest.run(($) => $.send.emit({ n: 1 }), { workflow: "p_a" });
  expect(await dest.close()).toMatchObject({ delivered: 3, pending: 0 });
  expect(out.values).toHaveLength(1);
});

test("an unknown listener, a taken name and what is no target are refused", () => {
  const { bus } = setUp();
  bus.on({}, () => undefined, { id: "mine" });
  expect(() => bus.subscribe("p_a", "nobody")).toThrow(
    expect.objectContaining({ code: "DEST_EMIT_UNKNOWN" }),
  );
  expect(() => bus.listen("mine", () => undefined)).toThrow(
    expect.objectContaining({ code: "DEST_EMIT_TAKEN" }),
  );
  for (const target of ["no url", 17, {}, null])
    expect(() => bus.listen("other", target as never)).toThrow(
      expect.objectContaining({ code: "DEST_INVALID_OPTION" }),
    );
});
