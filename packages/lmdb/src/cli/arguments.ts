import { parseArgs } from "node:util";
import type { Status } from "@dest/core";
import { type CommandName, commands, UsageError } from "./usage.js";

/** What was asked for. */
export interface Asked {
  readonly command: CommandName;
  readonly path: string;
  readonly ids: readonly string[];
  readonly json: boolean;
  readonly codec: string | undefined;
  readonly status: Status | undefined;
  readonly destination: string | undefined;
  readonly workflow: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface HelpAsked {
  readonly helpOn: CommandName | undefined;
}

const statuses: readonly string[] = [
  "pending",
  "delivering",
  "retrying",
  "delivered",
  "dead",
] satisfies Status[];
const options = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  codec: { type: "string" },
  status: { type: "string" },
  destination: { type: "string" },
  workflow: { type: "string" },
  limit: { type: "string" },
  cursor: { type: "string" },
} as const;
const taken: Readonly<Record<CommandName, readonly string[]>> = {
  stats: ["json", "codec"],
  list: ["json", "codec", "status", "destination", "workflow", "limit", "cursor"],
  show: ["json", "codec"],
  replay: ["codec", "status", "destination"],
};

/** Reads the command line. The path may stand before the command or behind it. */
export function readArguments(line: readonly string[]): Asked | HelpAsked {
  const { values, positionals } = parsed(line);
  const { command, path, ids } = words(positionals);
  if (values.help) return { helpOn: command };
  if (!command) {
    const first = path === undefined ? "no command" : `no command, only ${path}`;
    throw new UsageError(positionals.length < 2 ? first : `unknown command ${positionals[1]}`);
  }
  if (!path) throw new UsageError("no path: which directory is the outbox in?", command);
  for (const name of Object.keys(values))
    if (!taken[command].includes(name)) throw new UsageError(`${command} takes no --${name}`, command);
  const { json = false, codec, status, destination, workflow, cursor } = values;
  if (status !== undefined && !statuses.includes(status))
    throw new UsageError(`--status ${status}: expected one of ${statuses.join(", ")}`, command);
  if (cursor !== undefined && !/^\d{1,16}$/.test(cursor))
    throw new UsageError(`--cursor ${cursor}: expected what a page ended with`, command);
  checkIds(command, ids, values);
  const limit = readLimit(values.limit);
  return { command, path, ids, json, codec, status: status as Status, destination, workflow, limit, cursor };
}

function parsed(line: readonly string[]) {
  try {
    return parseArgs({ args: [...line], options, allowPositionals: true });
  } catch (error) {
    // What follows in Node's message is about another way of writing.
    const [message = ""] = (error as Error).message.split(". To specify");
    throw new UsageError(message, line.find(isCommand));
  }
}

function words(positionals: readonly string[]) {
  const [first, second, ...ids] = positionals;
  if (isCommand(first)) return { command: first, path: second, ids };
  return { command: isCommand(second) ? second : undefined, path: first, ids };
}

function checkIds(
  command: CommandName,
  ids: readonly string[],
  { status, destination }: { status?: string | undefined; destination?: string | undefined },
): void {
  if (command === "show" && ids.length !== 1) throw new UsageError("show takes one id", command);
  if (command === "stats" || command === "list") {
    if (ids.length > 0) throw new UsageError(`${command} takes no further words, such as ${ids[0]}`, command);
  } else if (command === "replay") {
    if (status !== undefined && status !== "dead")
      throw new UsageError(`only what is dead can be replayed, not --status ${status}`, command);
    if (ids.length > 0 === (status !== undefined))
      throw new UsageError("replay takes ids, or --status dead", command);
    if (ids.length > 0 && destination !== undefined)
      throw new UsageError("--destination goes with --status dead, not with ids", command);
  }
}

function readLimit(text = "100"): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit > 0 && Number.isSafeInteger(limit)) return limit;
  throw new UsageError(`--limit ${text}: expected a number above 0`, "list");
}

function isCommand(word: string | undefined): word is CommandName {
  return (commands as readonly (string | undefined)[]).includes(word);
}
