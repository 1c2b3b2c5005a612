import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { acceptDurable } from "./accept-durable.js";
import { type Arguments, readArguments } from "./arguments.js";
import { backlog } from "./backlog.js";
import { backlogRestart } from "./backlog-restart.js";
import type { Benchmark } from "./benchmark.js";
import { capture } from "./capture.js";
import { coldStart } from "./cold-start.js";
import { deliverVsQueue } from "./deliver-vs-queue.js";
import { flat } from "./flat.js";
import { httpDurable } from "./http-durable.js";
import { httpDurableSingle } from "./http-durable-single.js";
import { httpMemory } from "./http-memory.js";
import { isolation } from "./isolation.js";
import { measure, type Result } from "./result.js";
import { s3Batch } from "./s3-batch.js";
import { sqlAppend } from "./sql-append.js";
import { sseFanout } from "./sse-fanout.js";
import { table } from "./table.js";
import { workflow } from "./workflow.js";

const benchmarks: readonly Benchmark[] = [
  capture,
  httpMemory,
  httpDurable,
  httpDurableSingle,
  acceptDurable,
  deliverVsQueue,
  backlog,
  backlogRestart,
  flat,
  isolation,
  s3Batch,
  sqlAppend,
  sseFanout,
  coldStart,
  workflow,
];
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
  for (const benchmark of benchmarks) {
    if (!names.includes(benchmark.name)) continue;
    console.error(`${benchmark.name} …`);
    results.push(...(await measure(benchmark, rounds)));
  }
  console.log(`\n${table(results)}\n`);
  write(results);
  console.log(`Written to ${latest}`);
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
