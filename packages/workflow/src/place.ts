import { isAbsolute, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A position in somebody's file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** `file:line:column`, which editors and terminals open. Below the working folder the path is relative to it. */
export function showPlace({ file, line, column }: Place): string {
  const path = relative(process.cwd(), file);
  const inside = path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return [inside ? path : file, line, column].filter((part) => part !== undefined).join(":");
}

/** The path of a file that Node names by path or by URL. */
export function pathOf(at: string): string {
  if (!at.startsWith("file:")) return at;
  // A query or fragment only tells two loads of one file apart.
  return fileURLToPath(at.replace(/[?#].*$/, ""));
}
