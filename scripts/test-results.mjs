import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { members, readJson, root } from "./workspace.mjs";

const hasTests = ({ path }) =>
  existsSync(join(path, "test")) &&
  readdirSync(join(path, "test"), { recursive: true }).some((file) => file.endsWith(".test.ts"));

/** Where the packages with tests leave Vitest's JSON report, relative to the root. */
export const resultFiles = () =>
  members()
    .filter(hasTests)
    .map(({ folder }) => `${folder}/test-results.json`);

/** Adds up the reports of all packages. */
export function readTestResults() {
  const sum = { passed: 0, failures: [], skipped: [], missing: [] };
  for (const file of resultFiles()) {
    if (existsSync(join(root, file))) add(readJson(join(root, file)), sum);
    else sum.missing.push(file.replace("/test-results.json", ""));
  }
  return sum;
}

function add(report, sum) {
  for (const { name, status, assertionResults } of report.testResults) {
    const file = relative(root, name);
    const named = (test) => `${file} > ${[...test.ancestorTitles, test.title].join(" > ")}`;
    const failures = assertionResults.filter((test) => test.status === "failed");
    sum.passed += assertionResults.filter((test) => test.status === "passed").length;
    sum.failures.push(...failures.map(named));
    sum.skipped.push(
      ...assertionResults.filter(({ status }) => status !== "passed" && status !== "failed").map(named),
    );
    // A file that cannot be loaded, or whose hook throws, fails without a failed test.
    if (status === "failed" && failures.length === 0) sum.failures.push(file);
  }
}
