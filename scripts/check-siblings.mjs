// Plugins look like siblings: who has read one finds the settings of the next without searching.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { members, readJson, root } from "./workspace.mjs";

// Each plugin stands in exactly one list.
const kinds = {
  destination: {
    packages: ["email", "emit", "http", "s3", "sql", "sse"],
    sections: ["Install", "Use", "Options", "Failures"],
  },
  outbox: { packages: ["lmdb"], sections: ["Install", "Use", "Options", "Failures"] },
  other: { packages: ["workflow"], sections: ["Install", "Use"] },
};
const files = ["package.json", "README.md", "tsup.config.ts", "tsconfig.json", "src/index.ts", "test"];
const sameAsCore = ["type", "license", "author", "engines", "files", "publishConfig", "scripts"];
const sideEffects = { workflow: true }; // false for all others
const furtherExports = {}; // e.g. { sse: ["./client"] }

const problems = [];
const plugins = members().filter(
  ({ folder }) => folder.startsWith("packages/") && folder !== "packages/core",
);
const core = readJson(join(root, "packages/core/package.json"));
const show = (value) => (value === undefined ? "missing" : JSON.stringify(value));

for (const { folder, path, manifest } of plugins) {
  const name = folder.replace("packages/", "");
  const problem = (text) => problems.push(`${folder}: ${text}`);
  const expect = (what, actual, expected) => {
    if (!isDeepStrictEqual(actual, expected))
      problem(`${what} is ${show(actual)}, expected ${show(expected)}`);
  };

  for (const file of files) if (!existsSync(join(path, file))) problem(`has no ${file}`);

  expect("name", manifest.name, `@dest/${name}`);
  for (const field of sameAsCore) expect(field, manifest[field], core[field]);
  expect("sideEffects", manifest.sideEffects, sideEffects[name] ?? false);
  expect("exports", manifest.exports, exportsOf([".", ...(furtherExports[name] ?? [])]));
  expect("peerDependencies of @dest/core", manifest.peerDependencies?.["@dest/core"], "workspace:^");
  expect("devDependencies of @dest/core", manifest.devDependencies?.["@dest/core"], "workspace:^");
  if (!manifest.description) problem("has no description");

  for (const group of ["dependencies", "peerDependencies", "optionalDependencies", "devDependencies"])
    for (const dependency of Object.keys(manifest[group] ?? {}))
      if (plugins.some((other) => other.manifest.name === dependency))
        problem(`${group} name another plugin, ${dependency}`);
  if (manifest.dependencies?.["@dest/core"]) problem("@dest/core is a peer dependency, not a dependency");

  const own = Object.values(kinds).filter(({ packages }) => packages.includes(name));
  if (own.length !== 1)
    problem(`stands in ${own.length} of the lists in scripts/check-siblings.mjs, expected 1`);
  else if (existsSync(join(path, "README.md")))
    checkSections(join(path, "README.md"), own[0].sections, problem);
}

for (const name of Object.values(kinds).flatMap(({ packages }) => packages))
  if (!plugins.some(({ folder }) => folder === `packages/${name}`))
    problems.push(`scripts/check-siblings.mjs lists ${name}, but packages/${name} is not there`);

for (const name of readdirSync(join(root, ".changeset")))
  if (name.endsWith(".md") && name !== "README.md") checkChangeset(name);

for (const line of problems) console.error(line);
process.exitCode = problems.length > 0 ? 1 : 0;

function exportsOf(entries) {
  const built = entries.map((entry) => {
    const file = entry === "." ? "./dist/index" : entry.replace("./", "./dist/");
    return [entry, { types: `${file}.d.ts`, default: `${file}.js` }];
  });
  return { ...Object.fromEntries(built), "./package.json": "./package.json" };
}

function checkSections(readme, wanted, problem) {
  const text = readFileSync(readme, "utf8").replace(/^(`{3,})[\s\S]*?^\1/gm, "");
  const headings = [...text.matchAll(/^## (.+?)\s*$/gm)].map(([, heading]) => heading);
  for (const section of wanted)
    if (!headings.includes(section)) problem(`README.md has no section "## ${section}"`);
  const found = headings.filter((heading) => wanted.includes(heading));
  const order = wanted.filter((section) => found.includes(section));
  if (!isDeepStrictEqual(found, order))
    problem(`README.md has its sections in the order ${found.join(", ")}, expected ${order.join(", ")}`);
}

// One that changesets cannot read stops the release, and no other check reads them.
function checkChangeset(name) {
  const text = readFileSync(join(root, ".changeset", name), "utf8");
  if (!/^---\n\s*("@dest\/[a-z0-9]+": (major|minor|patch)\n)+---\n\s*\S/.test(text))
    problems.push(
      `.changeset/${name} is no changeset: names of packages between two lines of ---, then the text`,
    );
}
