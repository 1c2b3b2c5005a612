// Packs the package in the current folder and looks at what its users would get.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.mjs";

const folder = mkdtempSync(join(tmpdir(), "dest-pack-"));
const problems = [];

async function expectOk(command, args) {
  const { ok, output } = await run(command, args);
  if (!ok) problems.push(`${command}:\n${output.trim()}`);
  return output;
}

await expectOk("pnpm", ["pack", "--pack-destination", folder]);
const [name] = readdirSync(folder);
if (name) {
  const tarball = join(folder, name);
  const files = (await expectOk("tar", ["-tzf", tarball])).split("\n");
  for (const file of ["LICENSE", "README.md", "package.json"])
    if (!files.includes(`package/${file}`)) problems.push(`the packed tarball has no ${file}`);
  const manifest = await expectOk("tar", ["-xzOf", tarball, "package/package.json"]);
  const [unresolved] = manifest.match(/"(workspace|catalog):[^"]*"/) ?? [];
  if (unresolved) problems.push(`the packed package.json still says ${unresolved}`);
  await expectOk("publint", ["--strict", tarball]);
  await expectOk("attw", ["--profile", "esm-only", tarball]);
}
rmSync(folder, { recursive: true });

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
