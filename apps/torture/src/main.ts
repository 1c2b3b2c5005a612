import { type Arguments, readArguments } from "./arguments.js";
import { newSeed } from "./random.js";
import { table } from "./table.js";
import { holds, measure, type Row } from "./trial.js";
import { trials } from "./trials.js";

let given: Arguments;
try {
  const names = trials.map(({ name }) => name);
  given = readArguments(process.argv.slice(2), names);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

const { names, kills, quick, mutant, seed = newSeed() } = given;
const rows: Row[] = [];
for (const trial of trials) {
  if (!names.includes(trial.name)) continue;
  console.error(`${trial.name} (--seed ${seed}): ${trial.about} …`);
  rows.push(await measure(trial, { seed, kills, mutant, size: quick ? "quick" : "long" }));
}
console.log(`\n${table(rows)}\n`);
console.log(`seed ${seed}`);
if (!rows.every(holds)) process.exitCode = 1;
