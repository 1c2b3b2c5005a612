import { expect, test } from "vitest";
import { createWorkflow, type Workflow } from "../src/index.js";
import { errorOf } from "./error-of.js";

const component = { run() {} };

test("importing the package makes defineComponent a global that returns its argument", () => {
  const given = { async run() {} };
  expect(globalThis.defineComponent(given)).toBe(given);
});

test.each<[string, unknown]>([
  ["no id", { steps: [] }],
  ["no steps", { id: "w" }],
  ["a step without a name", { id: "w", steps: [{ component }] }],
  [
    "two steps of one name",
    {
      id: "w",
      steps: [
        { name: "a", component },
        { name: "a", component },
      ],
    },
  ],
  ["a step named trigger", { id: "w", steps: [{ name: "trigger", component }] }],
  ["a step without a component", { id: "w", steps: [{ name: "a" }] }],
  ["a component without run()", { id: "w", steps: [{ name: "a", component: {} }] }],
])("a workflow with %s is refused", async (_, workflow) => {
  const error = await errorOf(() => createWorkflow(workflow as Workflow));
  expect(error.code).toBe("DEST_WORKFLOW_INVALID");
});

test("an event source is refused as a step", async () => {
  const source = { type: "source", run() {} };
  const error = await errorOf(() => createWorkflow({ id: "w", steps: [{ name: "a", component: source }] }));
  expect(error.code).toBe("DEST_NOT_SUPPORTED");
});
