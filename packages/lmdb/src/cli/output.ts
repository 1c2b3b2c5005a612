import { once } from "node:events";

/** A line of the answer. */
export async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}

/** A line about the answer, which a program that reads the answer does not get. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Whoever reads may have seen enough, as in `dest-outbox … | head`. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
}
