import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createDest, DestError } from "@dest/core";
import { recordingDestination } from "@dest/core/testing";
import { type LmdbOptions, lmdb } from "../../src/index.js";

const bin = fileURLToPath(new URL("../../dist/dest-outbox.js", import.meta.url));
if (!existsSync(bin)) throw new Error("dist/dest-outbox.js is not built: npx tsup");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program. */
export async function cli(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const read = async (stream: NodeJS.ReadableStream) => {
    let text = "";
    for await (const part of stream.setEncoding("utf8")) text += part;
    return text;
  };
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** The objects that the program printed, one on each line. */
// biome-ignore lint/suspicious/noExplicitAny: whatever JSON there is.
export async function cliJson(...args: string[]): Promise<any[]> {
  const { stdout } = await cli(...args, "--json");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** An application with the destinations `hook` and `mail`: refuses what says so, and what `refuses` says. */
export function application(path: string, options: Partial<LmdbOptions> = {}) {
  const service = { refuses: true };
  const answer: NonNullable<Parameters<typeof recordingDestination>[0]>["answer"] = (batch, { record }) => {
    const { refused, text } = batch.messages[0].value as { refused?: boolean; text?: string };
    record({ request: { url: "https://example.com/hook" }, response: { status: refused ? 410 : 200 } });
    if (!refused || !service.refuses) return { status: "delivered", receipt: { status: 200 } };
    return { status: "rejected", error: new DestError("DEST_HTTP_STATUS", text ?? "it is gone") };
  };
  const groupKey = (value: unknown) => (value as { group?: string }).group ?? "https://example.com";
  const [hook, mail] = [recordingDestination({ answer, groupKey }), recordingDestination({ answer })];
  const dest = createDest({ destinations: { hook, mail }, outbox: lmdb({ path, ...options }) });
  return { dest, hook, mail, service };
}

/** A closed store: the messages order-17.0 to .3, of which .1 (hook) and .3 (mail) are dead, and .4, due in a day. */
export async function filledStore(path: string, options: Partial<LmdbOptions> = {}): Promise<void> {
  const { dest } = application(path, options);
  await dest.run(
    ($) => {
      $.send.hook({ secret: "PAYLOAD" });
      $.send.hook({ secret: "PAYLOAD", refused: true });
      $.send.mail({ secret: "PAYLOAD" });
      $.send.mail({ secret: "PAYLOAD", refused: true });
      $.with({ delay: 86_400_000 }).send.hook({ secret: "PAYLOAD" });
    },
    { runId: "order-17", workflow: "p_abc" },
  );
  await dest.close({ timeout: 5_000 });
}
