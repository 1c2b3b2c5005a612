import { expect, test } from "vitest";
import { followFlowUrl, runWorkflow } from "../src/index.js";
import { setUp, workflowOf, workflowWith } from "./set-up.js";

const hour = 3_600_000;

test("$.flow.delay commits what the step sent, also after the call, and waits before the next step", async () => {
  const { dest, out, clock } = setUp({ virtualTime: true });
  const startedAt = clock.now();
  const beganAt: number[] = [];
  const workflow = workflowOf(
    ({ $ }) => {
      $.send.out({ n: 1 });
      $.flow.delay(hour);
      $.send.out({ n: 2 });
    },
    ({ $ }) => {
      beganAt.push(clock.now() - startedAt);
      $.send.out({ n: 3 });
    },
  );
  const running = runWorkflow(dest, workflow);
  await clock.advance(hour - 1);
  expect(out.values).toEqual([{ n: 1 }, { n: 2 }]);
  expect(beganAt).toEqual([]);
  await clock.advance(1);
  const { messages, error } = await running;
  expect(error).toBeUndefined();
  expect(beganAt).toEqual([hour]);
  expect(messages).toHaveLength(3);
  await clock.advance(1_000);
  expect(out.values).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test("its URLs come at once, and following resume_url ends the wait", async () => {
  const { dest, out, clock } = setUp({ virtualTime: true });
  const workflow = workflowOf(
    ({ $ }) => {
      const { resume_url, cancel_url } = $.flow.delay(hour);
      $.send.out({ text: `${resume_url} ${cancel_url}` });
    },
    () => "resumed",
  );
  const running = runWorkflow(dest, workflow, { flowUrl: "https://example.com/flow/" });
  await clock.advance(1_000);
  const [resumeUrl = "", cancelUrl] = (out.values[0] as { text: string }).text.split(" ");
  expect(resumeUrl).toMatch(/^https:\/\/example\.com\/flow\/[0-9a-f]{32}\/resume$/);
  expect(cancelUrl).toBe(resumeUrl.replace("resume", "cancel"));
  expect(followFlowUrl(`${resumeUrl}?from=mail`)).toBe("resumed");
  expect((await running).steps.b.$return_value).toBe("resumed");
  expect(followFlowUrl(resumeUrl)).toBeUndefined();
});

test("following cancel_url ends the workflow: what was sent stays sent, no later step runs", async () => {
  const { dest, out, clock } = setUp({ virtualTime: true });
  const ran: string[] = [];
  let cancelUrl = "";
  const workflow = workflowOf(
    ({ $ }) => {
      cancelUrl = $.flow.delay(hour).cancel_url;
      $.send.out({ n: 1 });
    },
    () => void ran.push("b"),
  );
  const running = runWorkflow(dest, workflow);
  await clock.advance(1_000);
  // Without a flowUrl it is a name, which works all the same.
  expect(cancelUrl).toMatch(/^urn:dest:flow:[0-9a-f]{32}:cancel$/);
  expect(followFlowUrl(cancelUrl)).toBe("cancelled");
  const { exit, error } = await running;
  expect(error).toBeUndefined();
  expect(exit).toEqual({ step: "a", reason: "cancelled" });
  expect(ran).toEqual([]);
  expect(out.values).toEqual([{ n: 1 }]);
});

test("of several delays in a step the last one counts, and each URL works", async () => {
  const { dest, clock } = setUp({ virtualTime: true });
  const urls: string[] = [];
  const workflow = workflowOf(({ $ }) => {
    for (const ms of [10 * hour, 1_000]) urls.push($.flow.delay(ms).resume_url);
  });
  const running = runWorkflow(dest, workflow);
  await clock.advance(1_000);
  await running;
  expect(new Set(urls).size).toBe(1);
});

test("a step that fails does not wait", async () => {
  const { dest } = setUp({ virtualTime: true });
  let url = "";
  const workflow = workflowOf(({ $ }) => {
    url = $.flow.delay(hour).resume_url;
    throw new Error("no");
  });
  const { error } = await runWorkflow(dest, workflow);
  expect(error?.message).toContain("no");
  expect(followFlowUrl(url)).toBeUndefined();
});

test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], [{}], [undefined]])(
  "$.flow.delay(%s) is refused at its line",
  async (ms) => {
    const { dest } = setUp();
    const { error } = await runWorkflow(
      dest,
      workflowOf(({ $ }) => $.flow.delay(ms as number)),
    );
    expect(error?.cause).toMatchObject({ code: "DEST_INVALID_OPTION" });
    expect(String((error?.cause as Error | undefined)?.stack).split("\n")[1]).toContain("flow.test.ts");
  },
);

test("a delay after its step has ended is refused, and nothing waits for ever", async () => {
  const { dest } = setUp();
  let later: unknown;
  await runWorkflow(
    dest,
    workflowOf(({ $ }) => {
      later = $;
    }),
  );
  const $ = later as { flow: { delay(ms: number): unknown }; respond(r: object): unknown };
  expect(() => $.flow.delay(5)).toThrow(expect.objectContaining({ code: "DEST_RUN_ENDED" }));
  expect(() => $.respond({})).toThrow(expect.objectContaining({ code: "DEST_RUN_ENDED" }));
});

test.each(["suspend", "rerun"] as const)("$.flow.%s says what to do instead", async (name) => {
  const { dest } = setUp();
  const { error } = await runWorkflow(
    dest,
    workflowOf(({ $ }) => $.flow[name](1_000)),
  );
  expect(error?.cause).toMatchObject({ code: "DEST_NOT_SUPPORTED" });
  expect(error?.message).toContain(`$.flow.${name} is not supported: `);
});

test("a step that takes too long is left behind: what it sent before is delivered, what it sends later is not", async () => {
  const { dest, out, clock } = setUp({ virtualTime: true });
  const later: unknown[] = [];
  let goOn = () => {};
  const workflow = workflowOf(
    async ({ $ }) => {
      $.send.out({ n: 1 });
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      try {
        $.send.out({ n: 2 });
      } catch (error) {
        later.push(error);
      }
    },
    ({ $ }) => $.send.out({ n: 3 }),
  );
  const running = runWorkflow(dest, workflow);
  await clock.advance(300_000);
  const { error, messages } = await running;
  expect(error?.code).toBe("DEST_STEP_TIMEOUT");
  expect(error?.message).toContain("step a took longer than 300000 ms");
  goOn();
  await clock.advance(1_000);
  expect(later).toMatchObject([{ code: "DEST_RUN_ENDED" }]);
  expect(messages).toHaveLength(1);
  expect(out.values).toEqual([{ n: 1 }]);
});

test("stepTimeout sets the time, and $.flow.refreshTimeout gives a step all of it again", async () => {
  const { dest, clock } = setUp({ virtualTime: true });
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const workflow = workflowWith({ stepTimeout: 1_000 }, async ({ $ }) => {
    await wait(900);
    const until = $.flow.refreshTimeout();
    await wait(900);
    return until;
  });
  const running = runWorkflow(dest, workflow);
  await clock.advance(900);
  const refreshedAt = clock.now();
  await clock.advance(900);
  const { error, steps } = await running;
  expect(error).toBeUndefined();
  expect(Date.parse(steps.a.$return_value)).toBe(Math.floor(refreshedAt + 1_000));
});

test("$.context tells of the run, which is always the first", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(({ $, steps }) => [$.context, { ...$ }.context, steps.trigger.context]);
  const { steps } = await runWorkflow(dest, workflow);
  const [context, spread, trigger] = steps.a.$return_value;
  expect(context).toEqual({
    ...trigger,
    attempt: 1,
    run: { runs: 1 },
    replay: false,
    test: false,
    trace_id: trigger.id,
  });
  expect(spread).toEqual(context);
});

test("a run can have an id of its own, under which it sends each once, and a parent", async () => {
  const { dest, out } = setUp();
  const workflow = workflowOf(({ $ }) => $.send.out({ n: 1 }));
  const parent = { id: "p.0", runId: "p", depth: 3 };
  for (let time = 0; time < 2; time++) await runWorkflow(dest, workflow, { runId: "order-17", parent });
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }]);
  const record = await dest.messages.get("order-17.0");
  expect(record?.origin).toMatchObject({ runId: "order-17", parent: "p.0", depth: 4, step: "a" });
});
