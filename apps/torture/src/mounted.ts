import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Mounts a small file system in memory for the time of the work, or answers why that cannot be. */
export async function inSmallDisk<T>(
  megabytes: number,
  work: (path: string) => Promise<T>,
): Promise<T | { readonly refused: string }> {
  if (process.platform !== "linux") return { refused: "there is no tmpfs on this platform" };
  const path = mkdtempSync(join(tmpdir(), "dest-torture-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  if (mounted.status !== 0) {
    rmdirSync(path);
    const said = mounted.error?.message ?? mounted.stderr.toString().trim();
    return { refused: `a tmpfs cannot be mounted here (${said.split("\n")[0]})` };
  }
  try {
    return await work(path);
  } finally {
    // Lazily: it goes also where something still has a file of it open.
    spawnSync("umount", ["-l", path]);
    rmdirSync(path);
  }
}
