#!/usr/bin/env node
import { DestError } from "@dest/core";
import { readArguments } from "./arguments.js";
import { list } from "./list.js";
import { endWithReader, print, say } from "./output.js";
import { printable } from "./printable.js";
import { replay } from "./replay.js";
import { show } from "./show.js";
import { stats } from "./stats.js";
import { UsageError, usageOf } from "./usage.js";

const commands = { stats, list, show, replay };

async function main(line: readonly string[]): Promise<void> {
  const asked = readArguments(line);
  if ("helpOn" in asked) await print(usageOf(asked.helpOn));
  else await commands[asked.command](asked);
}

function fail(error: unknown): void {
  if (error instanceof UsageError) {
    process.exitCode = 2;
    say(`${printable(error.message)}\n\n${usageOf(error.command)}`);
    return;
  }
  process.exitCode = 1;
  const { message = String(error) } = (error ?? {}) as Partial<Error>;
  say(printable(`${DestError.is(error) ? error.code : "DEST_OUTBOX_FAILED"}: ${message}`));
}

endWithReader();
await main(process.argv.slice(2)).catch(fail);
