import { join } from "node:path";
import { startChild } from "./child.js";
import { Faults } from "./faults.js";
import { inFolder } from "./folder.js";
import { Ledger } from "./ledger.js";
import { enter } from "./observe.js";
import { random } from "./random.js";
import { calm, down, Receiver, silent } from "./receiver.js";
import { addCounts, noCounts, type Trial } from "./trial.js";
import type { Line } from "./worker/protocol.js";

const rounds = { quick: 3, long: 60 };
const timeouts = [0, 400, 50, 1_500];
/** Beyond the timeout: by then something waits that should not. */
const patienceMs = 20_000;

export const shutdown: Trial = {
  name: "shutdown",
  about: "close during open batches, attempts, waiting retries, runs under way, and a destination that hangs",
  async run({ seed, size }) {
    const faults = new Faults();
    let counts = noCounts;
    let beyond = 0;
    for (let round = 0; round < rounds[size]; round++) {
      const timeout = timeouts[round % timeouts.length] as number;
      const ended = await inFolder((folder) => closeOnce(join(folder, "outbox"), seed + round * 13, timeout));
      counts = addCounts(counts, ended.ledger.counts());
      beyond = Math.max(beyond, ended.ms - timeout);
      for (const fault of ended.ledger.verdict().faults) faults.add(fault, `timeout ${timeout}`);
    }
    return {
      ...counts,
      faults: faults.list(),
      notes: [`at most ${Math.round(beyond)} ms beyond the timeout`],
    };
  },
};

async function closeOnce(path: string, seed: number, timeout: number) {
  const ledger = new Ledger();
  const receivers = [calm, silent, down].map((mood, i) => {
    const receiver = new Receiver(ledger, random(seed + i));
    receiver.mood = mood;
    return receiver;
  });
  for (const receiver of receivers) await receiver.start();
  const origins = receivers.flatMap((receiver) => receiver.origins);
  const setup = { path, origins, seed, sends: "http", closeTimeout: timeout } as const;
  let ms = Number.NaN;
  let sum = Number.NaN;
  let isDrained = false;
  const heard = (line: Line) => {
    enter(line, ledger);
    if (line.say === "reached") isDrained = true;
    if (line.say === "rejected" && line.code !== "DEST_CLOSED")
      ledger.faults.add("a run was rejected", line.code);
    if (line.say !== "closed" || isDrained) return;
    ms = line.ms;
    sum = line.counts.delivered + line.counts.dead + line.counts.pending;
  };

  try {
    for (const receiver of receivers) receiver.life = 1;
    const closing = await startChild({ ...setup, role: "shutdown", life: 1 }, heard, timeout + patienceMs)
      .ended;
    if (closing.hung) ledger.faults.add("close does not return");
    else if (closing.code !== 0) ledger.faults.add("it did not end well", closing.stderr);
    const { accepted } = ledger.counts();
    if (sum !== accepted) ledger.faults.add("the counts do not add up", `${sum} of ${accepted}`);
    for (const receiver of receivers) {
      receiver.life = 2;
      receiver.mood = calm;
    }
    // What was to be sent in an hour is, in the new life, an hour later.
    const later = { ...setup, role: "drain", life: 2, hoursLater: 3 } as const;
    const rest = await startChild(later, heard, patienceMs).ended;
    if (rest.hung || rest.code !== 0) ledger.faults.add("the rest was not delivered", rest.stderr);
  } finally {
    for (const receiver of receivers) await receiver.stop();
  }
  return { ledger, ms };
}
