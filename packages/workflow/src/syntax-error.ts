import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Place, pathOf } from "./place.js";

/** First lines of an error that Node decorated: position, source line, caret. */
const decorated = /^(file:\/\/.+|\/.+|[A-Za-z]:\\.+):(\d+)\n.*\n([\t ]*)\^/;
const startsWithPlace = /^(file:\/\/.+|\/.+|[A-Za-z]:\\.+):(\d+)\n/;

/** Whether Node could not compile a module or join it to its imports: none of its code has run then. */
export function isCompileError(thrown: unknown): thrown is SyntaxError {
  if (!(thrown instanceof SyntaxError)) return false;
  const stack = thrown.stack ?? "";
  return startsWithPlace.test(stack) || stack.includes("compileSourceTextModule");
}

/** Where it is; of a module that imports others, it may be in one of these. */
export async function syntaxErrorPlace(file: string, error: SyntaxError): Promise<Place | undefined> {
  // Up to Node 22 an import that fails to compile does not say where. An uncaught error does.
  return placeIn(error.stack ?? "") ?? placeIn(await uncaught(file));
}

function placeIn(text: string): Place | undefined {
  const [, at, line, indent] = decorated.exec(text) ?? startsWithPlace.exec(text) ?? [];
  if (at === undefined) return undefined;
  return {
    file: pathOf(at),
    line: Number(line),
    column: indent === undefined ? undefined : indent.length + 1,
  };
}

// The second import cannot be satisfied, and is looked at only after all modules are compiled: none is ever run.
function uncaught(file: string): Promise<string> {
  const imports = `import ${JSON.stringify(pathToFileURL(file).href)}; import { never } from "data:text/javascript,";`;
  return new Promise((resolve) => {
    execFile(process.execPath, ["--input-type=module", "--eval", imports], (_error, _stdout, stderr) => {
      resolve(stderr.includes("[eval1]") ? "" : stderr);
    });
  });
}
