import { join } from "node:path";
import { startChild } from "./child.js";
import { inFolder } from "./folder.js";
import { Ledger } from "./ledger.js";
import { enter } from "./observe.js";
import { random } from "./random.js";
import { calm, type Mood, Receiver, rough } from "./receiver.js";
import { StoredBatches } from "./stored-batches.js";
import { readRows } from "./stored-rows.js";
import type { Row, Trial, TrialOptions } from "./trial.js";
import type { Setup } from "./worker/protocol.js";

/** How long the last process may take to deliver the rest. */
const drainMs = 300_000;
// A run is remembered as long as its records are kept, the last 10,000: these are of the last half of them.
const repeatedAtMost = 16;

/** With a mutant the response is lost more often, so that few kills suffice to see it. */
const rougher: Mood = { ...rough, late: 0.4, busy: 0.1, answerLost: 0.2, latest: 120 };

export const kill: Trial = {
  name: "kill",
  about:
    "a process that accepts and delivers is killed at random moments and started again on the same outbox",
  run: (options) => killAgainAndAgain(options, "http"),
};

export const batch: Trial = {
  name: "batch",
  about: "the same with a destination that stores batches under their id",
  run: (options) => killAgainAndAgain(options, "batch"),
};

export const objects: Trial = {
  name: "s3",
  about: "the same with objects in S3: every event is in exactly one",
  run: (options) => killAgainAndAgain(options, "s3"),
};

export const rows: Trial = {
  name: "sql",
  about: "the same with rows in a database: every message is in exactly one",
  run: (options) => killAgainAndAgain(options, "sql"),
};

function killAgainAndAgain(
  { seed, kills, mutant }: TrialOptions,
  sends: Setup["sends"],
): Promise<Omit<Row, "trial" | "seconds">> {
  return inFolder(async (folder) => {
    const draw = random(seed);
    // On a machine with too much to do it happens to a few, under their key, and is not explained yet.
    const ledger = new Ledger({ mayRepeat: true });
    const stored = new StoredBatches(ledger.faults);
    const receiver = new Receiver(ledger, random(seed + 1), stored);
    await receiver.start(2);
    receiver.mood = mutant ? rougher : rough;
    const setup = { path: join(folder, "outbox"), origins: receiver.origins, seed, sends, mutant };
    // Runs that may be repeated, with how many sends they were last announced.
    const own = new Map<string, number>();
    const repeat = () => [...own].slice(-repeatedAtMost).map(([run, length]) => ({ run, sends: length }));
    let killedOpening = 0;
    let dead = 0;

    const live = async (role: "load" | "drain", limitMs: number, killIn?: number, afterOpen?: number) => {
      receiver.life += 1;
      const { life } = receiver;
      let isOpen = false;
      let drained = false;
      const child = startChild(
        { ...setup, role, life, repeat: repeat() },
        (line) => {
          enter(line, ledger, ["DEST_INTERRUPTED"]);
          if (line.say === "announce" && line.run.startsWith("own")) own.set(line.run, line.sends);
          if (line.say === "rejected")
            ledger.faults.add("a run was rejected", `${line.code} ${line.message}`);
          if (line.say === "reached") {
            drained = true;
            ledger.drained();
          }
          if (line.say === "dead") {
            dead += line.ids.length;
            for (const code of line.codes)
              if (code !== "DEST_INTERRUPTED") ledger.faults.add("a dead letter", code);
          }
          // A mutant is shown by what it did, however slow the machine was to let it.
          if (line.say !== (mutant ? "accepted" : "open") || isOpen) return;
          isOpen = true;
          if (afterOpen !== undefined) setTimeout(child.kill, afterOpen);
        },
        limitMs,
      );
      if (killIn !== undefined) setTimeout(child.kill, killIn);
      const ending = await child.ended;
      if (role === "load" && !isOpen) killedOpening += 1;
      const asMeant = role === "load" ? ending.signal === "SIGKILL" : ending.code === 0 && drained;
      if (ending.hung || !asMeant)
        ledger.faults.add(
          ending.hung ? `a process did not end (${role})` : `a process ended by itself (${role})`,
          `${ending.code ?? ending.signal} ${ending.stderr.slice(-500)}`,
        );
    };

    try {
      for (let i = 0; i < kills; i++) {
        // Some from the start, whatever it is doing then; most once it works, however slow the machine is to get there.
        const whileOpening = !mutant && draw.chance(0.35) ? draw.between(20, 600) : undefined;
        const afterOpen = whileOpening === undefined ? draw.between(0, 400) : undefined;
        await live("load", 60_000, whileOpening, afterOpen);
      }
      receiver.mood = calm;
      await live("drain", drainMs);
    } finally {
      await receiver.stop();
    }
    if (sends === "sql") await readRows(setup.path, ledger);
    else ledger.judgeOrder();
    if (sends === "batch" || sends === "s3") stored.judge((id) => ledger.isDead(id));
    const notes = [`${kills} kills, ${killedOpening} of them before it was open`];
    if (dead > 0) notes.push(`${dead} dead letters of three interruptions, replayed`);
    if (ledger.repeated > 0) notes.push(`${ledger.repeated} messages came again without a kill`);
    return { ...ledger.verdict(), notes };
  });
}
