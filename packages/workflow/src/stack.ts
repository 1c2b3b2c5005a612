import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Place, pathOf } from "./place.js";

/** `at run (file:///a/b.mjs:3:5)`, `at async file:///a/b.mjs:3:5`, `at run (/a/b.cjs:3:5)` */
const frame = /^\s*at (?:async )?(?:.* \()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/;

/**
 * Where in the user's code an error arose: of its stack the innermost frame in the folder of `file`, or without `file`
 * the innermost that is neither Node's nor a dependency's.
 */
export function userPlace(error: unknown, file: string | undefined): Place | undefined {
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  if (typeof stack !== "string") return undefined;
  const folder = file === undefined ? "" : dirname(file);
  for (const text of stack.split("\n")) {
    const place = placeOf(text);
    if (place && isOwn(place.file, folder)) return place;
  }
  return undefined;
}

const ours = dirname(fileURLToPath(import.meta.url)) + sep;

/** The lines of a stack that are neither this package's nor Node's. */
export function userFrames(error: unknown): string[] {
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  if (typeof stack !== "string") return [];
  return stack.split("\n").filter((text) => {
    const place = placeOf(text);
    return place !== undefined && !place.file.startsWith(ours);
  });
}

function placeOf(text: string): Place | undefined {
  const [, at, line, column] = frame.exec(text) ?? [];
  if (at === undefined) return undefined;
  return { file: pathOf(at), line: Number(line), column: Number(column) };
}

function isOwn(path: string, folder: string): boolean {
  const inFolder = folder === "" || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  return inFolder && !path.slice(folder.length).includes(`${sep}node_modules${sep}`);
}
