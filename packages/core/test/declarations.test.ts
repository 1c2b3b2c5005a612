import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("../src/", import.meta.url));
const nodeTypes = fileURLToPath(new URL("../node_modules/@types", import.meta.url));
const installed = "/app/node_modules/@dest/core/src/";

/** What a plugin package publishes: a factory, and types of its own that it does not export. */
const plugin = (args: string, types: string) => `
import type { Destination, Policy } from "@dest/core";
interface Prepared { readonly kept: string }
${types}
declare const plugin: (options?: Policy) => Destination<${args}, Prepared>;
export { plugin };
`;

/** What a user writes with it. */
const use = (name: string, more = "") => `
import { createDest } from "@dest/core";
import { plugin } from "${name}";
export const dest = createDest({ destinations: { out: plugin() } });
${more}
`;

const plugins: Readonly<Record<string, string>> = {
  "an interface": plugin("[request: Request]", "interface Request { url: string; tries?: number }"),
  "one of several interfaces": plugin(
    "[shape: A | B]",
    "interface A { a: string } interface B { b: string }",
  ),
  "an interface that extends another": plugin(
    "[b: B]",
    "interface A { a: string } interface B extends A { b: string }",
  ),
  "a generic interface": plugin("[box: Box<string>]", "interface Box<T> { held: T }"),
  "two arguments": plugin("Args", "interface E { e: string } type Args = [event: E, channel?: string];"),
  "a member of a type that has a name": plugin(
    "[a: A]",
    "type Inner = { i: string }; type A = { inner: Inner };",
  ),
  "a member of an exported interface": plugin(
    "[a: A]",
    "export interface I { i: string } interface A { i: I[] }",
  ),
  "members of the language and of Node": plugin(
    "[a: A]",
    "interface A { url: string | URL; body?: Uint8Array; headers: Record<string, string>; at: Date }",
  ),
  "no private type": plugin("[value: unknown]", ""),
};

const names = Object.keys(plugins);
const app = new Map<string, string>([
  ["/app/package.json", '{ "type": "module" }'],
  ["/app/node_modules/@dest/core/package.json", packageJson("@dest/core", "./src/index.ts")],
]);
for (const [i, text] of Object.values(plugins).entries()) {
  app.set(`/app/node_modules/plugin-${i}/package.json`, packageJson(`plugin-${i}`, "./index.d.ts"));
  app.set(`/app/node_modules/plugin-${i}/index.d.ts`, text);
  app.set(`/app/dest-${i}.ts`, use(`plugin-${i}`));
}
app.set(
  "/app/helpers.ts",
  use(
    "plugin-0",
    `import type { RunOf } from "@dest/core";
export const notify = ($: RunOf<typeof dest>) => $.send.out({ url: "u" });
export const withKey = ($: RunOf<typeof dest>) => $.with({ orderKey: "k" });
export const begin = () => dest.begin();
export const end = () => dest.close();
export const work = () => dest.run(($) => $);
export const { messages, on, probe } = dest;
export const page = () => messages.list();
export const stats = () => messages.stats();
`,
  ),
);

function packageJson(name: string, types: string): string {
  return JSON.stringify({ name, type: "module", exports: { ".": { types } } });
}

const program = compile([...app.keys()].filter((path) => /^\/app\/[^/]+\.ts$/.test(path)));

/** The declarations of one of the program's files, and what the compiler says about it. */
function declarationsOf(path: string): { readonly errors: string[]; readonly text: string } {
  const file = program.getSourceFile(path);
  const diagnostics = [...program.getSemanticDiagnostics(file), ...program.getDeclarationDiagnostics(file)];
  const errors = diagnostics.map(
    ({ code, messageText }) => `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
  let text = "";
  const keep = (_path: string, written: string) => {
    text = written;
  };
  program.emit(file, keep, undefined, true);
  return { errors, text };
}

/** A program in which this package is installed, from source. */
function compile(files: readonly string[]): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.es2024.string.d.ts"],
    module: ts.ModuleKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    declaration: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [nodeTypes],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, directoryExists } = host;
  const place = (path: string) =>
    `${path}/`.startsWith(installed) ? source + path.slice(installed.length) : path;
  Object.assign(host, {
    getCurrentDirectory: () => "/app",
    realpath: (path: string) => path,
    fileExists: (path: string) => app.has(path) || fileExists(place(path)),
    readFile: (path: string) => app.get(path) ?? readFile(place(path)),
    directoryExists: (path: string) =>
      [...app.keys()].some((file) => file.startsWith(`${path}/`)) || directoryExists?.(place(path)),
    getSourceFile: (path: string, language: ts.ScriptTarget) => {
      const text = host.readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, language);
    },
  });
  return ts.createProgram({ rootNames: files, options, host });
}

describe("a user can export dest, with declarations, when a plugin keeps to itself", {
  timeout: 60_000,
}, () => {
  test.each(names.map((name, i) => [name, i] as const))("%s", (_name, i) => {
    expect(declarationsOf(`/app/dest-${i}.ts`).errors).toEqual([]);
  });

  test("and the declarations say what each name takes, and nothing of what the plugin prepares", () => {
    const { text } = declarationsOf("/app/dest-0.ts");
    expect(text.replace(/\s+/g, " ")).toContain(
      'import("@dest/core").Dest<{ readonly out: [request: { url: string; tries?: number; }]; }>',
    );
    expect(text).not.toContain("kept");
  });
});

test("a user can export what dest gives", { timeout: 60_000 }, () => {
  expect(declarationsOf("/app/helpers.ts").errors).toEqual([]);
});
