// The program that main.ts starts for each benchmark: measures it, and answers the results.
import { benchmarks } from "./benchmarks.js";
import { measure } from "./result.js";

const [name, rounds] = process.argv.slice(2);
const benchmark = benchmarks.find((one) => one.name === name);
if (!benchmark) throw new Error(`no benchmark is called ${name}`);

process.on("disconnect", () => process.exit());
process.send?.(await measure(benchmark, rounds === undefined ? undefined : Number(rounds)));
