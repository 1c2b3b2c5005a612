import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "./child.js";
import { Ledger } from "./ledger.js";
import { inSmallDisk } from "./mounted.js";
import { enter } from "./observe.js";
import { random } from "./random.js";
import { calm, down, Receiver } from "./receiver.js";
import { addCounts, noCounts, type Trial } from "./trial.js";
import type { Line, Setup } from "./worker/protocol.js";

const diskMegabytes = 16;
const ballastMegabytes = 10;
const rounds = { quick: 2, long: 12 };
const limitMs = 60_000;
/** How long is waited for deliveries that the full disk may prevent. */
const patienceMs = { quick: 1_500, long: 5_000 };
const expected = ["DEST_OUTBOX_FULL", "DEST_OUTBOX_FAILED", "DEST_INTERRUPTED"];

export const diskFull: Trial = {
  name: "disk-full",
  about:
    "the disk of the outbox fills up, and has room again later; in every other round the process is killed between",
  async run({ seed, size }) {
    let counts = noCounts;
    const faults: string[] = [];
    const notes: string[] = [];
    for (let round = 0; round < rounds[size]; round++) {
      const ended = await inSmallDisk(diskMegabytes, (path) =>
        fillUp(path, seed + round, round % 2 === 1, patienceMs[size]),
      );
      if ("refused" in ended) return { ...noCounts, faults: [], notes: [], skipped: ended.refused };
      counts = addCounts(counts, ended.ledger.counts());
      faults.push(...ended.ledger.verdict().faults);
      notes.push(...ended.notes.map((note) => `round ${round + 1}: ${note}`));
    }
    return { ...counts, faults, notes };
  },
};

async function fillUp(disk: string, seed: number, isKilled: boolean, patience: number) {
  const ledger = new Ledger();
  const receiver = new Receiver(ledger, random(seed));
  await receiver.start(2);
  receiver.mood = down;
  const path = join(disk, "outbox");
  const ballast = join(disk, "ballast");
  mkdirSync(path);
  writeFileSync(ballast, Buffer.alloc(ballastMegabytes * 2 ** 20, 1));
  const notes: string[] = [];
  let hasRoom = false;
  let refused = 0;

  const start = (role: Setup["role"], reached: Partial<Record<string, () => void>>) => {
    receiver.life += 1;
    const heard = (line: Line) => {
      enter(line, ledger, expected);
      if (line.say === "reached") reached[line.point]?.();
      if (line.say !== "rejected") return;
      refused += 1;
      if (hasRoom) ledger.faults.add("a run was refused although there is room", line.message);
      else if (line.code !== "DEST_OUTBOX_FULL") ledger.faults.add("a full disk is not said", line.code);
    };
    const fill = { runs: 2_000, refusals: 8, width: 8_000 };
    const setup = {
      role,
      path,
      origins: receiver.origins,
      seed,
      life: receiver.life,
      sends: "http",
      fill,
    } as const;
    return startChild(setup, heard, limitMs);
  };
  const finish = async (child: ReturnType<typeof start>, wasDrained: () => boolean) => {
    const { code, signal, hung, stderr } = await child.ended;
    if (hung || code !== 0 || !wasDrained())
      ledger.faults.add("it did not recover", `${hung ? "hung" : (code ?? signal)} ${stderr.slice(-500)}`);
  };

  try {
    let isDrained = false;
    const drained = () => {
      isDrained = true;
    };
    const filling = await new Promise<ReturnType<typeof start>>((resolve, reject) => {
      const child = start("fill", { filled: () => resolve(child), drained });
      child.ended.then(({ stderr }) => reject(new Error(`it ended while filling: ${stderr}`)));
    });
    const accepted = ledger.counts().accepted;
    if (refused === 0) ledger.faults.add("the disk was not full");
    if (isKilled) {
      filling.kill();
      await filling.ended;
    }
    receiver.mood = calm;
    // Whether it delivers while there is no room at all is told; that it does when there is, is asked.
    const onFull = isKilled ? start("drain", { drained }) : filling;
    await receiver.hasAll(patience);
    const missing = ledger.missing().length;
    notes.push(
      `${accepted - missing} of ${accepted} delivered while the disk was full${isKilled ? ", by a new process" : ""}`,
    );
    hasRoom = true;
    rmSync(ballast);
    if (isKilled) {
      if (!isDrained) onFull.kill();
      await onFull.ended;
      isDrained = false;
      await finish(start("drain", { drained }), () => isDrained);
    } else {
      filling.tell("go");
      await finish(filling, () => isDrained);
    }
  } finally {
    await receiver.stop();
  }
  return { ledger, notes };
}
