import { createDest } from "@dest/core";
import { recordingDestination } from "@dest/core/testing";
import { expect, test } from "vitest";
import { loadWorkflow, runWorkflow } from "../src/index.js";
import { errorOf } from "./error-of.js";
import { programs } from "./programs.js";
import { setUp, workflowOf } from "./set-up.js";

const { write } = programs();

test("what steps send is delivered after the workflow, in order, with workflow and step in its origin", async () => {
  const { dest, out } = setUp();
  let deliveredInside = 0;
  const workflow = workflowOf(
    ({ $ }) => {
      $.send.out({ n: 1 });
      $.send.out({ n: 2 });
    },
    async ({ $ }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      deliveredInside = out.values.length;
      $.with({ orderKey: "x" }).send.out({ n: 3 });
    },
  );
  const { messages, error } = await runWorkflow(dest, workflow, { event: {} });
  expect(error).toBeUndefined();
  expect(deliveredInside).toBe(0);
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  const records = await Promise.all(messages.map((id) => dest.messages.get(id)));
  expect(records.map((record) => [record?.origin.workflow, record?.origin.step])).toEqual([
    ["w", "a"],
    ["w", "a"],
    ["w", "b"],
  ]);
});

test("steps see the event, the context, and what earlier steps returned and exported", async () => {
  const { dest } = setUp();
  const event = { body: { id: 17 } };
  const workflow = workflowOf(
    ({ steps, $ }) => {
      $.export("total", 3);
      $.export("$summary", "Counted");
      steps.trigger.event.body.id = 18;
      return { at: new Date(0), missing: undefined };
    },
    ({ steps }) => [steps.a.total, steps.a.$return_value.at, steps.trigger.event.body.id],
  );
  const { steps } = await runWorkflow(dest, workflow, { event });
  expect(steps.a).toEqual({
    total: 3,
    $summary: "Counted",
    $return_value: { at: "1970-01-01T00:00:00.000Z" },
  });
  expect(steps.b.$return_value).toEqual([3, "1970-01-01T00:00:00.000Z", 18]);
  expect(steps.trigger.context.workflow_id).toBe("w");
  expect(new Date(steps.trigger.context.ts).toISOString()).toBe(steps.trigger.context.ts);
  expect(event).toEqual({ body: { id: 17 } });
});

test("a step that returns nothing has no $return_value", async () => {
  const { dest } = setUp();
  const { steps } = await runWorkflow(
    dest,
    workflowOf(() => {}),
  );
  expect(steps.a).toEqual({});
});

test("without an event there is an empty one", async () => {
  const { dest } = setUp();
  const { steps } = await runWorkflow(
    dest,
    workflowOf(({ steps }) => steps.trigger.event),
  );
  expect(steps.a.$return_value).toEqual({});
});

test("a step that throws ends the workflow, and what was sent before is delivered", async () => {
  const { dest, out } = setUp();
  const ran: string[] = [];
  const workflow = workflowOf(
    ({ $ }) => {
      $.send.out({ n: 1 });
    },
    ({ $ }) => {
      $.send.out({ n: 2 });
      throw new RangeError("too much");
    },
    () => {
      ran.push("c");
    },
  );
  const { error, messages } = await runWorkflow(dest, workflow, { event: {} });
  expect(error?.code).toBe("DEST_STEP_FAILED");
  expect(error?.message).toContain("step b");
  expect(error?.message).toContain("RangeError: too much");
  expect(error?.cause).toBeInstanceOf(RangeError);
  expect(ran).toEqual([]);
  expect(messages).toHaveLength(2);
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }, { n: 2 }]);
});

test("a step's error names the user's file and line", async () => {
  const { dest } = setUp();
  const file = write(
    "throws.mjs",
    "export default {",
    "  async run({ steps }) {",
    "    await null;",
    "    return steps.trigger.event.body.total;",
    "  }",
    "}",
  );
  const { error } = await runWorkflow(dest, await loadWorkflow(file), { event: {} });
  expect(error?.message).toContain(`${file}:4:37: TypeError: `);
});

test("an error inside a dependency, or inside Node, is reported at the user's own line", async () => {
  const { dest } = setUp();
  write("node_modules/fragile/index.mjs", "export function fail() {", "  JSON.parse('{');", "}");
  const file = write(
    "depends.mjs",
    'import { fail } from "./node_modules/fragile/index.mjs";',
    "export default {",
    "  run() {",
    "    fail();",
    "  }",
    "}",
  );
  const { error } = await runWorkflow(dest, await loadWorkflow(file), { event: {} });
  expect(error?.message).toContain(`${file}:4:`);
});

test("an error in a component of no file is reported where the program has it", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(() => new URL("no address"));
  const { error } = await runWorkflow(dest, workflow, { event: {} });
  expect(error?.message).toMatch(/step a failed at .*run\.test\.ts:\d+:\d+: TypeError/);
});

test("a send with an invalid value is reported at the line that sends", async () => {
  const { dest } = setUp();
  const file = write(
    "sends.mjs",
    "export default {",
    "  run({ $ }) {",
    "    $.send.out({ n: 1 });",
    "    $.send.out({ n: new Map() });",
    "  }",
    "}",
  );
  const { error, messages } = await runWorkflow(dest, await loadWorkflow(file), { event: {} });
  expect(error?.message).toContain(`${file}:4:`);
  expect(error?.cause).toMatchObject({ code: "DEST_INVALID_PAYLOAD" });
  expect(messages).toHaveLength(1);
});

test.each([
  ["a text", "throw 'out of stock'", "out of stock"],
  ["nothing", "throw undefined", "undefined"],
  ["an object", "throw { code: 7 }", '{"code":7}'],
])("%s that is thrown is reported with the file", async (_, statement, shown) => {
  const { dest } = setUp();
  const file = write(`${shown.replaceAll(/\W/g, "")}.mjs`, `export default { run() { ${statement} } }`);
  const { error } = await runWorkflow(dest, await loadWorkflow(file), { event: {} });
  expect(error?.code).toBe("DEST_STEP_FAILED");
  expect(error?.message).toContain(file);
  expect(error?.message).toContain(shown);
});

test("a value that cannot be kept for later steps fails the step", async () => {
  const { dest } = setUp();
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const { error } = await runWorkflow(
    dest,
    workflowOf(() => cycle),
  );
  expect(error?.code).toBe("DEST_STEP_FAILED");
  expect(error?.message).toContain("circular");
});

test("$.flow.exit ends the workflow without return: what was sent stays sent, no later step runs", async () => {
  const { dest, out } = setUp();
  const ran: string[] = [];
  const workflow = workflowOf(
    ({ $ }) => {
      $.send.out({ n: 1 });
      $.flow.exit("enough");
    },
    () => {
      ran.push("b");
    },
  );
  const { error, exit } = await runWorkflow(dest, workflow, { event: {} });
  expect(error).toBeUndefined();
  expect(exit).toEqual({ step: "a", reason: "enough" });
  expect(ran).toEqual([]);
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }]);
});

test("after $.flow.exit nothing is sent, also by code that catches everything", async () => {
  const { dest, out } = setUp();
  const workflow = workflowOf(
    async ({ $ }) => {
      $.send.out({ n: 1 });
      try {
        $.flow.exit();
      } catch {
        await null;
        $.send.out({ n: 2 });
      }
    },
    ({ $ }) => {
      $.send.out({ n: 3 });
    },
  );
  const { error, messages } = await runWorkflow(dest, workflow, { event: {} });
  expect(error).toBeUndefined();
  expect(messages).toHaveLength(1);
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }]);
});

test("$ can be taken apart and spread", async () => {
  const { dest, out } = setUp();
  const workflow = workflowOf(({ $ }) => {
    const { send, with: having, export: keep } = { ...$ };
    const { out: sendOut } = send;
    sendOut({ n: 1 });
    having({ idempotencyKey: "k" }).send.out({ n: 2 });
    keep("done", true);
  });
  const { error, steps } = await runWorkflow(dest, workflow, { event: {} });
  expect(error).toBeUndefined();
  expect(steps.a.done).toBe(true);
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }, { n: 2 }]);
});

test("the result of a send can be awaited and read: what real code looks for there is undefined", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(async ({ $ }) => {
    const response = await $.send.out({ n: 1 });
    return [response.status, response.data, typeof response.id];
  });
  const { steps } = await runWorkflow(dest, workflow, { event: {} });
  expect(steps.a.$return_value).toEqual([null, null, "string"]);
});

test("keys a destination does not read are left out, with one warning each", async () => {
  const { dest, out, warnings } = setUp();
  const workflow = workflowOf(({ $ }) => {
    for (const n of [1, 2]) $.send.out({ n, timeout: 5, validateStatus: () => true });
  });
  const { error } = await runWorkflow(dest, workflow, { event: {} });
  expect(error).toBeUndefined();
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }, { n: 2 }]);
  expect(warnings.map(({ code }) => code)).toEqual(["DEST_UNKNOWN_KEY", "DEST_UNKNOWN_KEY"]);
});

test("without room in the outbox it rejects, and the error carries the result", async () => {
  const out = recordingDestination();
  await using dest = createDest({ destinations: { out }, limits: { messages: 1 } });
  const workflow = workflowOf(({ $ }) => {
    for (const n of [1, 2, 3]) $.send.out({ n });
    return "done";
  });
  const error = await errorOf(() => runWorkflow(dest, workflow, { event: {} }));
  expect(error.code).toBe("DEST_OUTBOX_FULL");
  expect(error.value).toMatchObject({ steps: { a: { $return_value: "done" } } });
  await dest.flush();
  expect(out.values).toEqual([]);
});

test("an event that is no JSON is refused, and the run does not stay open", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(() => {});
  const error = await errorOf(() => runWorkflow(dest, workflow, { event: { body: new Map() } }));
  expect(error.code).toBe("DEST_INVALID_PAYLOAD");
  expect(error.message).toContain("event.body");
  await dest.close();
});

test("a workflow can run many times at once, each run on its own event", async () => {
  const { dest, out } = setUp();
  const workflow = workflowOf(async ({ steps, $ }) => {
    const { n } = steps.trigger.event;
    await null;
    $.send.out({ n });
  });
  const results = await Promise.all([1, 2, 3].map((n) => runWorkflow(dest, workflow, { event: { n } })));
  expect(new Set(results.flatMap(({ messages }) => messages)).size).toBe(3);
  await dest.flush();
  expect(out.values).toHaveLength(3);
});
