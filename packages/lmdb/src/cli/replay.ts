import { DestError, type Outbox } from "@dest/core";
import type { Asked } from "./arguments.js";
import { delivererOf } from "./existing-store.js";
import { withOutbox } from "./outbox.js";
import { print, say } from "./output.js";

const fewEnough = 300;
const sayEvery = 1_000;

const whoDelivers = {
  alive: "A process that delivers has the outbox open and will try them now.",
  silent:
    "The process that delivers has shown no sign of life for 5 seconds; they wait until it or another does.",
  none: "No process delivers from this outbox now: they wait until an application opens it.",
};

export async function replay(asked: Asked): Promise<void> {
  const replayed = await withOutbox(asked, (outbox) =>
    asked.status === "dead" ? replayAll(outbox, asked.destination) : outbox.replay({ ids: asked.ids }),
  );
  await print(`${replayed.length} ${replayed.length === 1 ? "dead letter" : "dead letters"} put back.`);
  if (replayed.length > 0) await print(whoDelivers[await delivererOf(asked.path)]);
  const done = new Set(replayed.map(({ id }) => id));
  const others = asked.ids.filter((id) => !done.has(id));
  if (others.length > 0) {
    const verb = others.length === 1 ? "is no dead letter" : "are no dead letters";
    throw new DestError("DEST_MESSAGE_MISSING", `${others.join(", ")} ${verb} of this outbox`);
  }
}

async function replayAll(outbox: Outbox, destination: string | undefined) {
  const dead = await countDead(outbox, destination);
  if (!process.stderr.isTTY && dead <= fewEnough) return outbox.replay({ status: "dead", destination });
  say(`putting back ${dead} dead letters`);
  const progress = setInterval(async () => {
    const left = await countDead(outbox, destination).catch(() => undefined);
    if (left !== undefined) say(`${left} left`);
  }, sayEvery);
  try {
    return await outbox.replay({ status: "dead", destination });
  } finally {
    clearInterval(progress);
  }
}

async function countDead(outbox: Outbox, destination: string | undefined): Promise<number> {
  const stats = await outbox.stats();
  if (destination !== undefined) return stats.get(destination)?.dead ?? 0;
  return [...stats.values()].reduce((sum, { dead }) => sum + dead, 0);
}
