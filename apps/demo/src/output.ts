import { type Paint, painter } from "./paint.js";
import { bar, lines, type Progress } from "./progress.js";

const { stdout, stderr } = process;
const isTerminal = stdout.isTTY === true && process.env.TERM !== "dumb";
const paintError = painter(stderr.isTTY === true);

export const paint: Paint = painter(stdout.isTTY === true);
export const progress: Progress = isTerminal ? bar(stdout, paint) : lines(stdout);

export function say(line = ""): void {
  stdout.write(line === "" ? "\n" : `  ${line}\n`);
}

/** Lines that belong together, and room after them; of nothing, nothing. */
export function sayBlock(block: readonly string[]): void {
  for (const line of block) say(line);
  if (block.length > 0) say();
}

export function complain(text: string): void {
  progress.clear();
  stderr.write(`${paintError("red", "error:")} ${text}\n`);
}

export function warn(text: string): void {
  progress.clear();
  stderr.write(`${paintError("yellow", "warning:")} ${text}\n`);
}
