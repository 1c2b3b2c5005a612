import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Place } from "./place.js";

export interface MissingImport {
  readonly place: Place;
  readonly text: string;
}

/** `Cannot find package 'axios' imported from /a/b.mjs`, which names no line. */
const missing = /^Cannot find (package|module) '(.+?)' imported from (.+)$/m;

/** Where a module is imported that cannot be found, if that is what went wrong. */
export async function missingImport(thrown: unknown): Promise<MissingImport | undefined> {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  if (code !== "ERR_MODULE_NOT_FOUND" || typeof message !== "string") return undefined;
  const [, kind, name = "", file] = missing.exec(message) ?? [];
  if (file === undefined) return undefined;
  const install = kind === "package" ? `: install it with npm install ${name}` : "";
  const line = await lineOf(file, basename(name));
  return { place: { file, line }, text: `cannot find ${kind} ${name}${install}` };
}

// A relative import is reported by its absolute path; as written it ends in the same name.
async function lineOf(file: string, end: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const index = text.split("\n").findIndex((line) => line.includes(`${end}'`) || line.includes(`${end}"`));
  return index < 0 ? undefined : index + 1;
}
