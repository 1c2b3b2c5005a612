import { createHash } from "node:crypto";
import type { ArgsByName, Message, OpenContext, OpenRun } from "@dest/core";
import type { Emission } from "./emission.js";
import type { ListenerContext } from "./listener.js";
import type { Called } from "./listeners.js";

export interface Call {
  readonly message: Message<Emission>;
  readonly emitter: string;
  readonly signal: AbortSignal;
  /** Name of the destination that webhooks are sent through. */
  readonly webhook: string;
  readonly begin: OpenContext["begin"];
}

/** Calls one listener; rejects with what it throws. Its sends are accepted when it resolves. */
export async function call(
  { id, target }: Called,
  { message, emitter, signal, webhook, begin }: Call,
): Promise<void> {
  const { event, name, summary } = message.value;
  const runId = runIdOf(message.id, id);
  const parent = { ...message.origin, id: message.id };
  if (typeof target === "object" && !(target instanceof URL)) {
    const { error } = await target.run({ begin: begin as never }, { event, runId, parent });
    if (error !== undefined) throw error;
    return;
  }
  const run = begin({ runId, parent, workflow: id });
  try {
    if (typeof target === "function") {
      const $ = run.$ as unknown as ListenerContext["$"];
      const context = { $, emitter, name, id: message.id, signal };
      await target(event, summary === undefined ? context : { ...context, summary });
    } else sendTo(target, event, webhook, run);
    await run.commit();
  } finally {
    run.discard();
  }
}

function sendTo(url: string | URL, event: unknown, webhook: string, run: OpenRun<ArgsByName>): void {
  // Where none is registered under that name, calling it says so.
  const send = run.$.send[webhook] as (request: unknown) => unknown;
  // As text: an event may be anything that JSON can say.
  const headers = { "content-type": "application/json" };
  send({ method: "POST", url: url.toString(), headers, data: JSON.stringify(event) });
}

/** The same for each attempt: what a listener sent in one whose outcome was lost is not sent again. */
export function runIdOf(messageId: string, listenerId: string): string {
  const hash = createHash("sha256").update(`${messageId}\n${listenerId}`).digest("base64url");
  return `e_${hash.slice(0, 22)}`;
}
