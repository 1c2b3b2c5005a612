import { join } from "node:path";
import { startChild } from "./child.js";
import { inFolder } from "./folder.js";
import { startHostileServers } from "./hostile-servers.js";
import { Ledger } from "./ledger.js";
import { enter } from "./observe.js";
import { random } from "./random.js";
import { Receiver } from "./receiver.js";
import type { Trial } from "./trial.js";
import type { Line } from "./worker/protocol.js";

const each = { quick: 4, long: 60 };
const limitMs = { quick: 60_000, long: 600_000 };
const mostGrowth = 150 * 2 ** 20;

export const network: Trial = {
  name: "network",
  about:
    "services that reset, stall, lie about their length or answer without an end, beside one that is sound",
  run: ({ seed, size }) =>
    inFolder(async (folder) => {
      const ledger = new Ledger();
      const receiver = new Receiver(ledger, random(seed));
      await receiver.start();
      const hostile = await startHostileServers();
      const measured = new Map<string, number>();
      let isDrained = false;
      const heard = (line: Line) => {
        enter(line, ledger);
        if (line.say === "measured") measured.set(line.name, (measured.get(line.name) ?? 0) + line.value);
        if (line.say === "reached") isDrained = true;
        if (line.say === "rejected") ledger.faults.add("a run was rejected", line.message);
      };
      const origins = [...receiver.origins, ...hostile.origins];
      const fill = { runs: each[size], refusals: 1, width: 200 };
      const path = join(folder, "outbox");
      const setup = { role: "network", path, origins, seed, life: 1, sends: "http", fill } as const;
      try {
        const { hung, code, stderr } = await startChild(setup, heard, limitMs[size]).ended;
        if (hung) ledger.faults.add("attempts did not end");
        else if (code !== 0 || !isDrained) ledger.faults.add("it did not end well", stderr);
      } finally {
        await hostile.stop();
        await receiver.stop();
      }
      const growth = measured.get("growth") ?? 0;
      if (growth > mostGrowth) ledger.faults.add("memory grew", megabytes(growth));
      const notes = [
        `memory grew by ${megabytes(growth)}, the longest attempt took ${measured.get("longest")} ms`,
      ];
      hostile.names.forEach((name, i) => {
        const ends = [...measured].filter(([key]) => key.startsWith(`origin ${i + 1} `));
        const said = ends.map(([key, count]) => `${count} ${key.split(" ").at(-1)}`).join(", ");
        notes.push(`${name}: ${said}`);
      });
      return { ...ledger.verdict(), notes };
    }),
};

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
