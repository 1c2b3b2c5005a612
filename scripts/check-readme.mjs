// Type-checks the TypeScript and JavaScript blocks of every README and of CONTRIBUTING, each block as a module
// that stands in its package. A block after `<!-- not checked: reason -->` is left out.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { members, root } from "./workspace.mjs";

const extensions = { ts: "ts", typescript: "ts", mts: "ts", js: "js", javascript: "js", mjs: "js" };
// The demo depends on every package, so the documents at the root, and mentions of a sibling, resolve from there.
const demo = join(root, "apps/demo");

const documents = [
  { file: join(root, "README.md"), folder: demo },
  { file: join(root, "CONTRIBUTING.md"), folder: demo },
  ...members().map(({ path }) => ({ file: join(path, "README.md"), folder: path })),
].filter(({ file }) => existsSync(file));

const modules = new Map();
const left = [];
for (const { file, folder } of documents) {
  for (const block of blocksOf(readFileSync(file, "utf8"))) {
    const place = `${relative(root, file)}:${block.line}`;
    if (block.notChecked) left.push(`${place} ${block.notChecked}`);
    else {
      const document = relative(root, file).replaceAll(/\W/g, "-");
      modules.set(join(folder, `${document}-${block.line}.${block.extension}`), { ...block, file });
    }
  }
}

const problems = check();
for (const problem of problems) console.error(problem);
for (const block of left) console.log(`not checked: ${block}`);
const leftOut = left.length > 0 ? `, ${left.length} left out` : "";
console.log(`note: ${modules.size} code blocks${leftOut}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function blocksOf(text) {
  const blocks = [];
  let open;
  let notChecked;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const fence = line.match(/^\s*(`{3,}|~{3,})\s*(\w*)/);
    if (open) {
      if (fence?.[1].startsWith(open.fence) && !fence[2]) {
        if (open.extension) blocks.push(open);
        open = undefined;
      } else open.lines.push(line);
    } else if (fence) {
      open = { fence: fence[1], extension: extensions[fence[2]], line: index + 2, lines: [], notChecked };
      notChecked = undefined;
    } else if (line.trim() !== "") notChecked = line.match(/^\s*<!-- not checked: (.+?) -->/)?.[1];
  }
  return blocks;
}

function check() {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, allowJs: true, checkJs: true, declaration: false, moduleDetection: "force" },
    demo,
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.lines.join("\n") ?? readFile(path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const block = modules.get(path);
    if (!block) return getSourceFile(path, languageVersion, ...rest);
    return ts.createSourceFile(path, block.lines.join("\n"), languageVersion, true);
  };
  const cache = ts.createModuleResolutionCache(root, (path) => path, options);
  host.resolveModuleNameLiterals = (literals, containing, reference, _, source) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(source, literal, options);
      const from = (file) => ts.resolveModuleName(literal.text, file, options, host, cache, reference, mode);
      const found = from(containing);
      const sibling = modules.has(containing) && literal.text.startsWith("@dest/");
      return found.resolvedModule || !sibling ? found : from(join(demo, "README.ts"));
    });
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...modules.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.filter(({ code }) => !(path.endsWith(".js") && isImplicitAny(code))).map(toLine);
  });
}

// What JavaScript cannot say: 7005 to 7053 are the "implicitly has an 'any' type" family.
function isImplicitAny(code) {
  return code >= 7005 && code <= 7053;
}

function toLine({ file: source, start, messageText, code }) {
  const { file, line: firstLine } = modules.get(source.fileName);
  const { line, character } = source.getLineAndCharacterOfPosition(start);
  const place = `${relative(root, file)}:${firstLine + line}:${character + 1}`;
  return `${place} - TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n  ")}`;
}
