import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";
import { members, readJson, root } from "./workspace.mjs";

const pnpmVersion = "12.20.0";
const stampFile = join(root, "node_modules", ".set-up.json");

/** Makes the checkout ready and returns the environment in which `turbo` and `pnpm` are found. */
export async function setUp() {
  if (readJson(join(root, "package.json")).packageManager !== `pnpm@${pnpmVersion}`)
    throw new Error(
      `packageManager in package.json and pnpmVersion in scripts/bootstrap.mjs (${pnpmVersion}) differ`,
    );
  const wanted = installInputs();
  const stamp = existsSync(stampFile) ? readJson(stampFile) : {};
  const pnpmFolder = pnpmIn(stamp.pnpmFolder) ? stamp.pnpmFolder : await fetchPnpm();
  const env = {
    ...process.env,
    PATH: [join(root, "node_modules", ".bin"), pnpmFolder, process.env.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    DO_NOT_TRACK: "1",
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
    // Part of turbo's cache key: a test that passed on one Node says nothing about another.
    DEST_RUNTIME: `${process.version} ${process.platform} ${process.arch}`,
  };
  const complete = members().every(({ path }) => existsSync(join(path, "node_modules")));
  if (stamp.wanted !== wanted || stamp.pnpmFolder !== pnpmFolder || !complete) {
    await orThrow(run("pnpm", ["install", "--frozen-lockfile"], { cwd: root, env }), "pnpm install failed");
    writeFileSync(stampFile, JSON.stringify({ wanted, pnpmFolder }));
  }
  return env;
}

function installInputs() {
  const manifests = members().map(({ folder }) => `${folder}/package.json`);
  const hash = createHash("sha256");
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests])
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

const pnpmIn = (folder) => folder && ["pnpm", "pnpm.cmd"].some((name) => existsSync(join(folder, name)));

// npx takes about a second each time; the folder it keeps pnpm in can be used without it.
async function fetchPnpm() {
  const script = "node -p process.env.PATH";
  const npx = run("npx", ["--yes", `--package=pnpm@${pnpmVersion}`, "-c", script], { cwd: root });
  const output = await orThrow(npx, `npx could not fetch pnpm ${pnpmVersion}`);
  const folder = output
    .trim()
    .split(/[\r\n]+/)
    .flatMap((line) => line.split(delimiter))
    .find(pnpmIn);
  if (!folder) throw new Error(`npx put no pnpm on PATH:\n${output}`);
  return folder;
}

async function orThrow(running, problem) {
  const { ok, output } = await running;
  if (!ok) throw new Error(`${problem}\n${output}`);
  return output;
}
