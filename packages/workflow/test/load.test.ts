import { readFileSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { loadWorkflow } from "../src/index.js";
import { errorOf } from "./error-of.js";
import { programs } from "./programs.js";

const { write, folder } = programs();

test("a file becomes a workflow of one step, both named for it", async () => {
  const file = write("my-step.mjs", "export default defineComponent({", "  async run({ steps, $ }) {}", "})");
  const workflow = await loadWorkflow(file);
  expect(workflow.id).toBe("my-step");
  expect(workflow.steps.map(({ name }) => name)).toEqual(["my_step"]);
});

test("a path may be relative, a URL, or a link", async () => {
  const file = write("found.mjs", "export default { run() {} }");
  const link = join(folder, "link.mjs");
  symlinkSync(file, link);
  for (const path of [relative(process.cwd(), file), pathToFileURL(file), link]) {
    await expect(loadWorkflow(path)).resolves.toMatchObject({ id: "found" });
  }
});

test("a CommonJS file is loaded too", async () => {
  const file = write("older.cjs", "module.exports = { run() {} }");
  await expect(loadWorkflow(file)).resolves.toMatchObject({ id: "older" });
});

test("a missing file is named by its full path", async () => {
  const error = await errorOf(() => loadWorkflow(join(folder, "nowhere.mjs")));
  expect(error.code).toBe("DEST_WORKFLOW_NOT_FOUND");
  expect(error.message).toContain(join(folder, "nowhere.mjs"));
});

test.each([
  ["a stray token", "stray.mjs", ["export default {", "  run() {", "    const x = ;", "  }", "}"], ":3:15"],
  ["a tab before it", "tab.mjs", ["export default {", "\trun() { const x = ; }", "}"], ":2:20"],
  ["an unfinished file", "unfinished.mjs", ["export default {", "  run() {"], ":3"],
  [
    "await in a function that is not async",
    "await.mjs",
    ["export default {", "  run() {", "    await 1;", "  } }"],
    ":3:5",
  ],
  ["a return outside of functions", "return.mjs", ["export default {};", "return 1;"], ":2:1"],
  ["a name declared twice", "twice.mjs", ["let a;", "let a;"], ":2:5"],
  ["a CommonJS file", "broken.cjs", ["module.exports = {", "  run() { const x = ; }", "}"], ":2:21"],
])("a syntax error is reported with its file and line: %s", async (_, name, lines, position) => {
  const file = write(name, ...lines);
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_SYNTAX");
  expect(error.message).toContain(`${file}${position}: `);
});

test("a syntax error in an imported file is reported there", async () => {
  const helper = write("helper.mjs", "export const a = 1;", "export const b = ;");
  const file = write(
    "imports.mjs",
    'import { a } from "./helper.mjs";',
    "export default { run() { return a } }",
  );
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_SYNTAX");
  expect(error.message).toContain(`${helper}:2:18: `);
});

test("an import of a name that is not exported is reported with its line", async () => {
  write("exports.mjs", "export const yes = 1;");
  const file = write("wants.mjs", "", 'import { no } from "./exports.mjs";');
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_SYNTAX");
  expect(error.message).toContain(`${file}:2`);
});

test("looking for a syntax error does not run the program again", async () => {
  const trace = join(folder, "trace");
  write("broken.mjs", "const x = ;");
  const file = write(
    "runs.mjs",
    'import { appendFileSync } from "node:fs";',
    `appendFileSync(${JSON.stringify(trace)}, "ran ");`,
    'await import("./broken.mjs");',
  );
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_SYNTAX");
  expect(error.message).toContain(file);
  expect(readFileSync(trace, "utf8")).toBe("ran ");
});

test("a package that is not installed is reported with its line and how to install it", async () => {
  const file = write(
    "needs.mjs",
    "// first",
    'import x from "no-such-package-here";',
    "export default { run() {} }",
  );
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_LOAD_FAILED");
  expect(error.message).toContain(`${file}:2: `);
  expect(error.message).toContain("npm install no-such-package-here");
});

test("an imported file that is not there is reported with the line that imports it", async () => {
  const file = write("needs-file.mjs", "", "", 'import x from "./gone.mjs";', "export default { run() {} }");
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_LOAD_FAILED");
  expect(error.message).toContain(`${file}:3: `);
});

test("an error thrown while a file is loaded is reported with its line", async () => {
  const file = write("throws.mjs", "const config = undefined;", "config.url;", "export default { run() {} }");
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_LOAD_FAILED");
  expect(error.message).toContain(`${file}:2:`);
  expect(error.cause).toBeInstanceOf(TypeError);
});

test("a thrown value that is no Error is reported too", async () => {
  const file = write("throws-text.mjs", 'throw "not today";');
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_LOAD_FAILED");
  expect(error.message).toContain("not today");
});

test.each([
  ["no default export", "no-default.mjs", "export const run = () => {};"],
  ["a default export without run()", "no-run.mjs", "export default { name: 'x' };"],
  ["a function as default export", "function.mjs", "export default async () => {};"],
])("a file with %s is refused by name", async (_, name, text) => {
  const file = write(name, text);
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_WORKFLOW_INVALID");
  expect(error.message).toContain(file);
});

test("an action's props are given when it is loaded", async () => {
  const file = write("action.mjs", "export default { props: { channel: 'string' }, run() {} }");
  const error = await errorOf(() => loadWorkflow(file));
  expect(error.code).toBe("DEST_PROP_MISSING");
  expect(error.message).toContain(file);
  await expect(loadWorkflow(file, { props: { channel: "a" } })).resolves.toMatchObject({ id: "action" });
});
