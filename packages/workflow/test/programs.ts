import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** A folder for a test file's programs, gone after it. Node loads what is in it as it loads any user's file. */
export function programs() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "dest-workflow-")));
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    write(name: string, ...lines: string[]): string {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${lines.join("\n")}\n`);
      return file;
    },
  };
}
