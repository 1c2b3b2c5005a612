import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** Every package and app: `{ folder: "packages/http", path, manifest }`. */
export function members() {
  return ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => ({ folder: `${parent}/${name}`, path: join(root, parent, name) }))
      .filter(({ path }) => existsSync(join(path, "package.json")))
      .map((member) => ({ ...member, manifest: readJson(join(member.path, "package.json")) })),
  );
}
