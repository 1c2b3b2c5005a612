import { dirname } from "node:path";
import { expect, test } from "vitest";
import { loadWorkflow, runWorkflow } from "../src/index.js";
import { errorOf } from "./error-of.js";
import { programs } from "./programs.js";
import { setUp } from "./set-up.js";

const { write, folder } = programs();

function writeFolder(name: string, manifest: unknown, files: Record<string, string> = {}): string {
  for (const [file, text] of Object.entries(files)) write(`${name}/${file}`, text);
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  return dirname(write(`${name}/workflow.json`, text));
}

test("a folder is its workflow.json: steps in order, each from its file with its props", async () => {
  const { dest, out } = setUp();
  const path = writeFolder(
    "orders",
    {
      id: "p_orders",
      stepTimeout: 1_000,
      steps: [
        { name: "prices", component: "steps/prices.mjs" },
        { component: "./report.mjs", props: { currency: "EUR", token: "from the file" } },
      ],
    },
    {
      "steps/prices.mjs": "export default defineComponent({ run() { return 55 } })",
      "report.mjs":
        "export default { props: { currency: 'string', token: 'string' }, run({ steps, $ }) { $.send.out({ text: steps.prices.$return_value + this.currency + this.token }) } }",
    },
  );
  const workflow = await loadWorkflow(path, { props: { report: { token: " given" } } });
  expect([workflow.id, workflow.stepTimeout]).toEqual(["p_orders", 1_000]);
  const { error, steps } = await runWorkflow(dest, workflow);
  expect(error).toBeUndefined();
  expect(Object.keys(steps)).toEqual(["trigger", "prices", "report"]);
  await dest.flush();
  expect(out.values).toEqual([{ text: "55EUR given" }]);
});

test("without an id it is named for the folder", async () => {
  const path = writeFolder(
    "unnamed",
    { steps: [{ component: "a.mjs" }] },
    { "a.mjs": "export default { run() {} }" },
  );
  await expect(loadWorkflow(path)).resolves.toMatchObject({ id: "unnamed", steps: [{ name: "a" }] });
});

test("a folder without workflow.json is said to need it", async () => {
  const error = await errorOf(() => loadWorkflow(folder));
  expect(error.code).toBe("DEST_WORKFLOW_NOT_FOUND");
  expect(error.message).toContain("workflow.json");
});

test.each([
  ["no JSON", "{", "no JSON"],
  ["another shape", [], "it must be an object"],
  ["no steps", { id: "a" }, "steps must be an array"],
  ["an unknown key", { stesp: [], steps: [] }, "no key stesp"],
  ["an unknown key of a step", { steps: [{ file: "a.mjs" }] }, "no key file"],
  ["a step of another type", { steps: ["a.mjs"] }, "steps[0] must be an object"],
  ["a step without a file", { steps: [{ name: "a" }] }, "steps[0].component must name a file"],
  ["props that are none", { steps: [{ component: "a.mjs", props: 1 }] }, "steps[0].props must be an object"],
])("a workflow.json with %s is refused", async (what, manifest, message) => {
  const error = await errorOf(() => loadWorkflow(writeFolder(`bad ${what}`, manifest)));
  expect(error.code).toBe("DEST_WORKFLOW_INVALID");
  expect(error.message).toContain(message);
  expect(error.message).toContain("workflow.json");
});

test("a file that is not there is named with its step", async () => {
  const path = writeFolder("missing", { steps: [{ component: "gone.mjs" }] });
  const error = await errorOf(() => loadWorkflow(path));
  expect(error.code).toBe("DEST_WORKFLOW_NOT_FOUND");
  expect(error.message).toContain("steps[0].component: there is no file gone.mjs");
});

test("props for a step that is not there are refused", async () => {
  const path = writeFolder(
    "wrong props",
    { steps: [{ component: "a.mjs" }] },
    { "a.mjs": "export default { run() {} }" },
  );
  const error = await errorOf(() => loadWorkflow(path, { props: { b: {} } }));
  expect(error.message).toContain("a step b, and there is none");
});
