import { pathToFileURL } from "node:url";
import { DestError } from "@dest/core";
import type { Component } from "./component.js";
import { describe } from "./failure.js";
import { missingImport } from "./missing-import.js";
import { showPlace } from "./place.js";
import { userPlace } from "./stack.js";
import { isCompileError, syntaxErrorPlace } from "./syntax-error.js";

/** The default export of a user's file, not yet checked. */
export async function importComponent(file: string): Promise<Component> {
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (thrown) {
    throw await loadFailure(file, thrown);
  }
  return loaded.default as Component;
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
