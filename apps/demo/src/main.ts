import { inspect } from "node:util";
import { DestError } from "@dest/core";
import { help, readArguments } from "./arguments.js";
import { demo } from "./demo.js";
import { complain } from "./output.js";
import { Problem } from "./problem.js";

const code = await main();
// Not left to the event loop: a user's file may have left a timer or a connection open.
process.stdout.write("", () => process.exit(code));

async function main(): Promise<number> {
  try {
    const given = readArguments(process.argv.slice(2));
    if (!given.help) return await demo(given);
    process.stdout.write(help);
    return 0;
  } catch (error) {
    const expected = error instanceof Problem || DestError.is(error);
    complain(expected ? error.message : inspect(error));
    return 1;
  }
}
