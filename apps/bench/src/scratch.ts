import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "./at-exit.js";

export interface Scratch {
  /** Of a directory that is there and empty. */
  readonly path: string;
  remove(): void;
}

/** A directory on the disk that is removed at the latest when this process ends. */
export function scratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), "dest-bench-"));
  return { path, remove: atExit(() => rmSync(path, { recursive: true, force: true })) };
}
