import { join } from "node:path";
import { startChild } from "./child.js";
import { damage, damages } from "./damage.js";
import { Faults } from "./faults.js";
import { inFolder } from "./folder.js";
import { Ledger } from "./ledger.js";
import { enter } from "./observe.js";
import { type Random, random } from "./random.js";
import { calm, down, Receiver } from "./receiver.js";
import { addCounts, noCounts, type Trial } from "./trial.js";
import type { Line, Setup } from "./worker/protocol.js";

const rounds = { quick: damages.length, long: 300 };
const limitMs = 30_000;
const startsAtMost = 3;

export const corrupt: Trial = {
  name: "corrupt",
  about: "bytes of a closed or killed store are changed, or its file is cut, before it is opened again",
  async run({ seed, size }) {
    let counts = noCounts;
    let said = 0;
    let restarts = 0;
    const faults = new Faults();
    for (let round = 0; round < rounds[size]; round++) {
      const ended = await inFolder((folder) => damageOnce(join(folder, "outbox"), seed, round, faults));
      counts = addCounts(counts, ended.counts);
      said += ended.said;
      restarts += ended.restarts;
    }
    const notes = [`${rounds[size]} damages, ${said} messages gone and said so, ${restarts} restarts`];
    return { ...counts, faults: faults.list(), notes };
  },
};

async function damageOnce(path: string, seed: number, round: number, faults: Faults) {
  const draw = random(seed + round);
  const ledger = new Ledger();
  const receiver = new Receiver(ledger, random(seed + round + 1));
  await receiver.start(2);
  let codes: string[] = [];
  let isDrained = false;
  const start = (role: Setup["role"], reached: () => void, repeat: Setup["repeat"] = []) => {
    receiver.life += 1;
    const heard = (line: Line) => {
      enter(line, ledger, ["DEST_OUTBOX_CORRUPT", "DEST_INTERRUPTED"]);
      if (line.say === "warning" || line.say === "failed") codes.push(line.code);
      if (line.say === "reached") reached();
      if (line.say === "rejected") ledger.faults.add("a run was rejected", line.message);
    };
    const sends = round % 2 === 0 ? "http" : "batch";
    const fill = { runs: draw.between(5, 60), refusals: 1, width: draw.of([200, 3_000]) };
    const { origins, life } = receiver;
    return startChild({ role, path, origins, seed, life, sends, fill, repeat }, heard, limitMs);
  };

  try {
    // Some of it is delivered, most waits, has been tried, or is in a batch.
    receiver.mood = { ...down, busy: 0.9 };
    const how = await fillAndLeave(start, draw);
    receiver.mood = calm;
    codes = [];
    const kind = damages[round % damages.length] ?? draw.of(damages);
    const what = `round ${round + 1}, ${how}, ${damage(join(path, "data.mdb"), kind, draw)}`;
    let starts = 0;
    if (draw.chance(0.4)) {
      // Who kills a process while it recovers finds what it had not recovered yet.
      const recovering = start("drain", () => undefined);
      setTimeout(recovering.kill, draw.between(100, 1_500));
      await recovering.ended;
    }
    for (; !isDrained && starts < startsAtMost; starts++) {
      const child = start("drain", () => (isDrained = true), [{ run: "own afterwards", sends: 3 }]);
      const { hung, code, signal, stderr } = await child.ended;
      if (hung) faults.add("it hung", what);
      if (hung) break;
      if (!isDrained && starts === startsAtMost - 1)
        faults.add(
          "it does not open any more",
          `${what}: ${code ?? signal} ${codes.join()} ${stderr.slice(-300)}`,
        );
    }
    const counts = ledger.counts();
    const isSaid = codes.includes("DEST_OUTBOX_CORRUPT");
    if (counts.lost > 0 && !isSaid) faults.add("messages are missing and nothing was said", what);
    for (const fault of ledger.faults.list()) faults.add(fault, what);
    return {
      counts: isSaid ? { ...counts, lost: 0 } : counts,
      said: isSaid ? counts.lost : 0,
      restarts: starts - 1,
    };
  } finally {
    await receiver.stop();
  }
}

async function fillAndLeave(
  start: (role: Setup["role"], reached: () => void) => ReturnType<typeof startChild>,
  draw: Random,
): Promise<string> {
  const isKilled = draw.chance(0.5);
  const child = start("fill", () => {
    if (isKilled) child.kill();
    else child.tell("close");
  });
  await child.ended;
  return isKilled ? "killed" : "closed";
}
