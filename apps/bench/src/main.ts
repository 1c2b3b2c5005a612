import { fork, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { answer } from "./answer.js";
import { type Arguments, readArguments } from "./arguments.js";
import { benchmarks } from "./benchmarks.js";
import type { Result } from "./result.js";
import { table } from "./table.js";

const main = fileURLToPath(import.meta.url);
const latest = fileURLToPath(new URL("../results/latest.json", import.meta.url));

let given: Arguments;
try {
  const names = benchmarks.map(({ name }) => name);
  given = readArguments(process.argv.slice(2), names);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

if (given.node === undefined) await run(given);
else process.exitCode = runWith(given.node, given);

async function run({ names, rounds }: Arguments): Promise<void> {
  const results: Result[] = [];
  for (const { name } of benchmarks) {
    if (!names.includes(name)) continue;
    console.error(`${name} …`);
    results.push(...(await measured(name, rounds)));
  }
  console.log(`\n${table(results)}\n`);
  write(results);
  console.log(`Written to ${latest}`);
}

/** In a process of its own: what one benchmark leaves behind is not in the way of the next. */
async function measured(name: string, rounds: number | undefined): Promise<Result[]> {
  const program = new URL("./measure-process.js", import.meta.url);
  const child = fork(program, [name, ...(rounds === undefined ? [] : [String(rounds)])], { execArgv: [] });
  const results = await answer<Result[]>(child);
  child.disconnect();
  return results;
}

function write(results: readonly Result[]): void {
  const { version, platform, arch } = process;
  const processors = cpus().map(({ model }) => model);
  mkdirSync(dirname(latest), { recursive: true });
  const report = { at: new Date().toISOString(), node: version, platform, arch, processors, results };
  writeFileSync(latest, `${JSON.stringify(report, undefined, 2)}\n`);
}

function runWith(node: string, { names, rounds }: Arguments): number {
  const roundsAgain = rounds === undefined ? [] : ["--rounds", String(rounds)];
  const { status, error } = spawnSync(node, [main, ...names, ...roundsAgain], { stdio: "inherit" });
  if (error) console.error(`${node} could not be run: ${error.message}`);
  return status ?? 1;
}
