import { createRequire } from "node:module";
import { constants, Script } from "node:vm";
import type { V1Code } from "./v1.js";

// On a line of its own, so that lines and columns are the user's.
const before = "(async function (event, steps, require) {\n";
const after = "\n})";

/** Whether a file is a module, which needs no help to run. */
export function isModule(text: string): boolean {
  return /^\s*(export\s|import[\s{*"'])/m.test(text) || /\bmodule\.exports\b/.test(text);
}

/**
 * Top-level code as a function, in which `return`, `await`, `require` and `import()` work. Throws a `SyntaxError` whose
 * stack names the file and line.
 */
export function compileTopLevelCode(file: string, text: string): V1Code {
  const script = new Script(before + text + after, {
    filename: file,
    lineOffset: -1,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const code = script.runInThisContext() as (this: object, ...args: unknown[]) => unknown;
  const require = createRequire(file);
  return function (event, steps) {
    return code.call(this, event, steps, require);
  };
}
