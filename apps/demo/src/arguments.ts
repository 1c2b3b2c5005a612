import { type ParseArgsConfig, parseArgs } from "node:util";
import { Problem } from "./problem.js";

export interface Arguments {
  readonly help: boolean;
  /** A file or folder of the user's; absent: the example programs. */
  readonly workflow?: string | undefined;
  /** A path, or `-` for standard input; absent: the example event. */
  readonly event?: string | undefined;
  /** Path of a JSON file with the values of an action's props. */
  readonly props?: string | undefined;
  /** What "[YOUR URL HERE]" stands for; absent: the demo's own receiver. */
  readonly url?: string | undefined;
  /** Directory of a durable outbox; absent: what waits is lost with the process. */
  readonly outbox?: string | undefined;
  /** Milliseconds to wait for deliveries. */
  readonly wait: number;
}

export const help = `Runs workflows and shows what becomes of what they send.

  npm run demo                        the example programs, on the example event
  npm run demo -- --workflow my.mjs   a file of your own: a code step or an action

  --workflow <path>   the file to run, or a folder of steps with a workflow.json
  --event <file | ->  the event as JSON; - reads it from standard input
  --props <file>      values of an action's props, as a JSON object; of a folder's by step
  --url <url>         where "[YOUR URL HERE]" sends to, instead of the demo's own receiver
  --wait <seconds>    how long to wait for deliveries, 30 if not given
  --outbox <dir>      keep what waits in this directory: the next run with it goes on
  --help
`;

const options = {
  workflow: { type: "string" },
  event: { type: "string" },
  props: { type: "string" },
  url: { type: "string" },
  wait: { type: "string" },
  outbox: { type: "string" },
  help: { type: "boolean", short: "h" },
} satisfies ParseArgsConfig["options"];

/** Reads the command line; what cannot be meant is a Problem. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional")
      throw unexpected(token.value, `; a file of yours is --workflow ${token.value}`);
    if (token.kind === "option-terminator") throw unexpected("--");
    if (!Object.hasOwn(options, token.name)) throw unexpected(token.rawName);
    const isText = options[token.name as keyof typeof options].type === "string";
    if (isText && !token.value) throw new Problem(`${token.rawName} needs a value`);
    if (!isText && token.value !== undefined) throw new Problem(`${token.rawName} takes no value`);
  }
  const { workflow, event, props, url, wait, outbox } = values as Record<string, string | undefined>;
  if (url !== undefined) checkUrl(url);
  return {
    help: values.help === true,
    workflow,
    event,
    props,
    url,
    outbox,
    wait: milliseconds(wait ?? "30"),
  };
}

function unexpected(argument: string, hint = ""): Problem {
  return new Problem(`unexpected argument ${argument}${hint}; npm run demo -- --help lists what there is`);
}

function checkUrl(url: string): void {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new Problem(`--url must be an http or https address, not ${url}`);
  }
}

function milliseconds(seconds: string): number {
  const value = Number(seconds);
  // A timer cannot be longer than 2^31 milliseconds.
  if (!(value >= 0 && value < 2_147_483))
    throw new Problem(`--wait must be a number of seconds, not ${seconds}`);
  return value * 1_000;
}
