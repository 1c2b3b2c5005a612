import { expect, test } from "vitest";
import { createWorkflow, loadWorkflow, runWorkflow } from "../src/index.js";
import { errorOf } from "./error-of.js";
import { programs } from "./programs.js";
import { setUp } from "./set-up.js";

const { write } = programs();
const v1 = { compat: "v1" } as const;

test("top-level code sends, reads the event, exports through this, requires and returns", async () => {
  const { dest, out } = setUp();
  const file = write(
    "first.js",
    'const { basename } = require("node:path");',
    "await null;",
    "this.total = event.body.total * 2;",
    "for (const n of [1, 2]) $send.out({ n });",
    "$respond({ status: 202, body: { id: event.body.id } });",
    'return basename("/a/" + steps.trigger.event.body.id);',
  );
  const workflow = await loadWorkflow(file, v1);
  const results = await Promise.all(
    [1, 2].map((id) => runWorkflow(dest, workflow, { event: { body: { id, total: 5 } } })),
  );
  expect(results.map(({ error }) => error?.message)).toEqual([undefined, undefined]);
  expect(results.map(({ steps }) => steps.first)).toEqual([
    { total: 10, $return_value: "1" },
    { total: 10, $return_value: "2" },
  ]);
  expect(results.map(({ respond }) => respond)).toEqual([
    { status: 202, body: { id: 1 } },
    { status: 202, body: { id: 2 } },
  ]);
  await dest.flush();
  expect(out.values).toHaveLength(4);
});

test("$end ends the workflow without return; what was sent stays sent", async () => {
  const { dest, out } = setUp();
  const file = write("ends.js", "$send.out({ n: 1 });", '$end("no luck");', "$send.out({ n: 2 });");
  const { exit, error } = await runWorkflow(dest, await loadWorkflow(file, v1));
  expect(error).toBeUndefined();
  expect(exit).toEqual({ step: "ends", reason: "no luck" });
  await dest.flush();
  expect(out.values).toEqual([{ n: 1 }]);
});

test("an error names the file and line as the user has them", async () => {
  const { dest } = setUp();
  const file = write("fails.js", "const a = 1;", "await null;", "event.body.total.toFixed();");
  const { error } = await runWorkflow(dest, await loadWorkflow(file, v1));
  expect(error?.message).toContain(`${file}:3:12: TypeError: `);
});

test("so does a syntax error", async () => {
  const file = write("broken.js", "const a = 1;", "const b = ;");
  const error = await errorOf(() => loadWorkflow(file, v1));
  expect(error.code).toBe("DEST_WORKFLOW_SYNTAX");
  expect(error.message).toContain(`${file}:2:11: `);
});

test("functions and components use the globals too, and later steps read their exports", async () => {
  const { dest, out } = setUp();
  const workflow = createWorkflow({
    id: "w",
    ...v1,
    steps: [
      {
        name: "a",
        component: function (this: { n?: number }, event: unknown) {
          this.n = (event as { n: number }).n + 1;
        },
      },
      {
        name: "b",
        component: {
          props: { text: "string" },
          run(this: { text: string; sent?: string }) {
            const { $send, steps } = globalThis as unknown as {
              $send: { out(value: object): { id: string } };
              steps: { a: { n: number } };
            };
            this.sent = $send.out({ n: steps.a.n, text: this.text }).id;
          },
        },
        props: { text: "hi" },
      },
    ],
  });
  const { steps, messages, error } = await runWorkflow(dest, workflow, { event: { n: 1 } });
  expect(error).toBeUndefined();
  expect(steps.b).toEqual({ sent: messages[0] });
  await dest.flush();
  expect(out.values).toEqual([{ n: 2, text: "hi" }]);
});

test("a module is loaded as one also then", async () => {
  const file = write("module.mjs", "export default defineComponent({", "  run() { return 1; }", "});");
  const { dest } = setUp();
  const { steps } = await runWorkflow(dest, await loadWorkflow(file, v1));
  expect(steps.module.$return_value).toBe(1);
});

test("outside of steps the globals are there, and are nothing", () => {
  expect((globalThis as { $send?: unknown }).$send).toBeUndefined();
});

test("without compat a function is no component, and the message says how it would be", async () => {
  const make = () => createWorkflow({ id: "w", steps: [{ name: "a", component: () => 1 }] });
  const error = await errorOf(async () => make());
  expect(error.code).toBe("DEST_WORKFLOW_INVALID");
  expect(error.message).toContain('compat: "v1"');
});
