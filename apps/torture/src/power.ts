import { join } from "node:path";
import { startChild } from "./child.js";
import { inFolder } from "./folder.js";
import { Ledger } from "./ledger.js";
import { enter } from "./observe.js";
import { random } from "./random.js";
import { Receiver } from "./receiver.js";
import { StoredBatches } from "./stored-batches.js";
import type { Trial } from "./trial.js";
import type { Line } from "./worker/protocol.js";

const limitMs = 60_000;

export const power: Trial = {
  name: "power",
  about: "flushes of the store are held back, and fail: nothing is acknowledged or sent that is not flushed",
  run: ({ seed, mutant }) =>
    inFolder(async (folder) => {
      const ledger = new Ledger();
      const receiver = new Receiver(ledger, random(seed), new StoredBatches(ledger.faults));
      await receiver.start();
      let isDrained = false;
      let acceptedBefore = 0;
      const heard = (line: Line) => {
        enter(line, ledger, ["DEST_OUTBOX_FAILED"]);
        if (line.say === "rejected" && line.run !== "failed")
          ledger.faults.add("a run was rejected", line.message);
        if (line.say === "accepted" && line.run === "failed")
          ledger.faults.add("a failed flush was acknowledged");
        if (line.say !== "reached") return;
        const { accepted, delivered } = ledger.counts();
        if (line.point === "not acknowledged" && accepted > 0)
          ledger.faults.add("acknowledged before it was flushed", `${accepted} sends`);
        if (line.point === "not acknowledged" && delivered > 0)
          ledger.faults.add("sent before it was flushed");
        if (line.point === "not sealed" && delivered > acceptedBefore)
          ledger.faults.add("a batch was sent before its seal was flushed");
        if (line.point === "drained") isDrained = true;
        acceptedBefore = 15;
      };
      const path = join(folder, "outbox");
      const setup = {
        role: "flush",
        path,
        origins: receiver.origins,
        seed,
        life: 1,
        sends: "http",
        mutant,
      } as const;
      try {
        const { hung, code, stderr } = await startChild(setup, heard, limitMs).ended;
        if (hung || code !== 0 || !isDrained)
          ledger.faults.add("it did not end well", hung ? "hung" : stderr);
      } finally {
        await receiver.stop();
      }
      return { ...ledger.verdict(), notes: [] };
    }),
};
