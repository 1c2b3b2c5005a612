import { DestError, type RunOf, type Sent } from "@dest/core";
import { type Payload, payload } from "../payload.js";
import type { Instance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { say } from "./say.js";

export interface Plan {
  readonly run: string;
  readonly sends: number;
  /** The work throws after them. */
  readonly discarded?: boolean;
  /** `run` is the run id, and the run may be repeated. */
  readonly remembered?: boolean;
  /** The order key of its sends. */
  readonly line?: string | undefined;
  /** Of its sends, milliseconds; 0 for most. */
  readonly delay?: ((at: number) => number) | undefined;
  /** Which of the origins. */
  readonly origin: number;
  /** Characters of a payload, about. */
  readonly width?: number;
}

class Thrown extends Error {}

/** One run: announced before it begins, its promise told as it ends. */
export async function runPlan(dest: Instance, setup: Setup, plan: Plan): Promise<"accepted" | "rejected"> {
  const { run, sends, discarded = false, line } = plan;
  say({ say: "announce", run, sends, discarded, line });
  try {
    await dest.run(
      ($) => {
        const ids = Array.from(
          { length: sends },
          (_, at) => send($, setup, plan, payload(run, at, line, plan.width)).id,
        );
        say({ say: "sent", run, ids });
        if (discarded) throw new Thrown("thrown away");
      },
      plan.remembered ? { runId: run } : {},
    );
    say({ say: "accepted", run, sends });
    return "accepted";
  } catch (error) {
    if (error instanceof Thrown && discarded) return "rejected";
    const code = DestError.is(error) ? error.code : "none";
    say({ say: "rejected", run, code, message: String(error) });
    return "rejected";
  }
}

function send($: RunOf<Instance>, setup: Setup, { line, delay, origin }: Plan, sent: Payload): Sent {
  const wait = delay?.(sent.at) ?? 0;
  const given = {
    ...(line === undefined ? {} : { orderKey: line }),
    ...(wait > 0 ? { delay: wait } : {}),
  };
  const to = Object.keys(given).length > 0 ? $.with(given).send : $.send;
  const url = setup.origins[origin] as string;
  if (setup.sends === "batch") return to.batch({ url, key: line ?? `key ${sent.at % 3}`, payload: sent });
  if (setup.sends === "s3")
    return to.s3({
      bucket: `origin-${origin}`,
      prefix: `${line ?? `key ${sent.at % 3}`}/`,
      payload: { ...sent },
    });
  if (setup.sends === "sql") return to.sql({ table: "sends", payload: { ...sent } });
  return to.http({ url: `${url}/message`, data: { ...sent } });
}
