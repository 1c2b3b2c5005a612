import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setUp } from "./bootstrap.mjs";
import { run } from "./run.mjs";
import { root } from "./workspace.mjs";

/** Builds an app with what it needs, then becomes it: same process, so stdio, signals and exit code are its own. */
export async function runApp(name) {
  try {
    const env = await setUp();
    const build = ["run", "build", `--filter=${name}`, "--output-logs=errors-only"];
    const { ok, output } = await run("turbo", build, { cwd: root, env });
    if (!ok) throw new Error(output);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  const main = join(root, "apps", name, "dist", "main.js");
  const args = process.argv.slice(2);
  process.argv = [process.argv[0], main, ...(args[0] === "--" ? args.slice(1) : args)];
  process.chdir(process.env.INIT_CWD ?? process.cwd());
  await import(pathToFileURL(main).href);
}
