import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { jsonFault } from "./json-fault.js";
import { Problem } from "./problem.js";

/** Reads JSON from a file, or from standard input for `-`. */
export async function readJson(path: string): Promise<unknown> {
  const name = path === "-" ? "standard input" : path;
  const source = (path === "-" ? await readInput() : await readText(path)).replace(/^\uFEFF/, "");
  try {
    return JSON.parse(source);
  } catch (error) {
    const fault = jsonFault(source);
    if (!fault) throw error;
    const { line, column, expected } = fault;
    throw new Problem(`${name}:${line}:${column}: invalid JSON: expected ${expected}`);
  }
}

/** Values of an action's props. */
export async function readProps(path: string): Promise<Readonly<Record<string, unknown>>> {
  const props = await readJson(path);
  if (typeof props === "object" && props !== null && !Array.isArray(props)) return { ...props };
  throw new Problem(`${path}: props are a JSON object, from names to values`);
}

function readInput(): Promise<string> {
  if (process.stdin.isTTY) console.error("Reading the event from the terminal; Ctrl-D ends it.");
  return text(process.stdin);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem(
      `${path}: ${code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`}`,
    );
  }
}
