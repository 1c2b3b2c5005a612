import { rmSync } from "node:fs";
import { join } from "node:path";
import { setUp } from "./bootstrap.mjs";
import { run } from "./run.mjs";
import { readTestResults, resultFiles } from "./test-results.mjs";
import { root } from "./workspace.mjs";

const turbo = (task) => [
  "turbo",
  "run",
  task,
  "--continue",
  "--concurrency=100%",
  "--output-logs=errors-only",
  "--log-order=grouped",
];

const stages = [
  { name: "build", command: turbo("build") },
  { name: "types", command: turbo("typecheck"), needs: "build" },
  { name: "lint", command: ["biome", "check", "--error-on-warnings", "--max-diagnostics=none"] },
  { name: "tests", command: turbo("test"), needs: "build", before: removeTestResults },
  { name: "unused code", command: ["knip"] },
  { name: "siblings", command: ["node", "scripts/check-siblings.mjs"] },
  { name: "packages", command: turbo("check-package"), needs: "build" },
  { name: "readmes", command: ["node", "scripts/check-readme.mjs"], needs: "build" },
];

const failed = [];
let env;

const setUpOk = await stage("set-up", async () => {
  try {
    env = await setUp();
    return { ok: true, output: "" };
  } catch (error) {
    return { ok: false, output: error.message };
  }
});
if (!setUpOk) process.exit(1);

for (const { name, command, needs, before } of stages) {
  if (failed.includes(needs)) {
    console.log(`${name.padEnd(12)} not run: ${needs} failed`);
    continue;
  }
  await stage(name, () => {
    before?.();
    return run(command[0], command.slice(1), { cwd: root, env });
  });
}

if (!failed.includes("build")) reportTests();
if (failed.length > 0) process.exitCode = 1;

async function stage(name, work) {
  const startedAt = performance.now();
  const { ok, output } = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const note = output.match(/^note: (.*)$/m)?.[1];
  console.log(
    `${name.padEnd(12)} ${seconds.padStart(6)} s${ok ? "" : "  FAILED"}${ok && note ? `  ${note}` : ""}`,
  );
  if (!ok) {
    console.log(`\n${output.trim()}\n`);
    failed.push(name);
  }
  return ok;
}

// Results of an earlier run must not be counted for a package whose tests could not start.
function removeTestResults() {
  for (const file of resultFiles()) rmSync(join(root, file), { force: true });
}

function reportTests() {
  const { passed, failures, skipped, missing } = readTestResults();
  for (const folder of missing) console.log(`no test results from ${folder}`);
  if (missing.length > 0) failed.push("tests");
  for (const name of failures) console.log(`failed: ${name}`);
  for (const name of skipped) console.log(`skipped: ${name}`);
  if (failed.length > 0) console.log(`failed stages: ${[...new Set(failed)].join(", ")}`);
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  console.log(`${passed} passed, ${failures.length} failed${skips}`);
}
