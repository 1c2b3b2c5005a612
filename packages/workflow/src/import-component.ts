import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { DestError } from "@dest/core";
import type { Component } from "./component.js";
import { describe } from "./failure.js";
import { missingImport } from "./missing-import.js";
import { showPlace } from "./place.js";
import { userPlace } from "./stack.js";
import { isCompileError, syntaxErrorPlace } from "./syntax-error.js";
import { compileTopLevelCode, isModule } from "./top-level-code.js";
import type { V1Code } from "./v1.js";
import type { Compat } from "./workflow.js";

/** What a user's file exports as its default, not yet checked; or with `"v1"` its top-level code. */
export async function importComponent(file: string, compat?: Compat): Promise<Component | V1Code> {
  try {
    if (compat === "v1") {
      const text = await readFile(file, "utf8");
      if (!isModule(text)) return compileTopLevelCode(file, text);
    }
    const loaded: { readonly default?: unknown } = await import(pathToFileURL(file).href);
    return loaded.default as Component;
  } catch (thrown) {
    throw await loadFailure(file, thrown);
  }
}

async function loadFailure(file: string, thrown: unknown): Promise<DestError> {
  const fail = (code: string, text: string) => new DestError(code, text, { cause: thrown, retryable: false });
  if (isCompileError(thrown)) {
    const place = (await syntaxErrorPlace(file, thrown)) ?? { file };
    return fail("DEST_WORKFLOW_SYNTAX", `${showPlace(place)}: ${describe(thrown)}`);
  }
  const { code } = (thrown ?? {}) as { code?: unknown };
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
    const text = `${showPlace({ file })}: Node ${process.version} does not run this kind of file; compile it to .mjs`;
    return fail("DEST_WORKFLOW_INVALID", text);
  }
  const missing = await missingImport(thrown);
  const place = missing?.place ?? userPlace(thrown, file) ?? { file };
  return fail("DEST_WORKFLOW_LOAD_FAILED", `${showPlace(place)}: ${missing?.text ?? describe(thrown)}`);
}
