import type { Ledger } from "./ledger.js";
import type { Line } from "./worker/protocol.js";

/** Enters what a child says about its runs; answers whether there was anything to enter. */
export function enter(line: Line, ledger: Ledger, expectedWarnings: readonly string[] = []): void {
  if (line.say === "announce") ledger.announce(line.run, line.sends, line.discarded, line.line);
  else if (line.say === "sent") ledger.named(line.run, line.ids);
  else if (line.say === "accepted") ledger.accept(line.run, line.sends);
  else if (line.say === "rejected") ledger.reject(line.run);
  else if (line.say === "dead") ledger.died(line.ids);
  else if (line.say === "fault") ledger.faults.add(line.kind, line.detail);
  if (line.say === "warning" && !expectedWarnings.includes(line.code))
    ledger.faults.add(`unexpected warning ${line.code}`, line.message);
  if (line.say === "rejected" && !line.code.startsWith("DEST_"))
    ledger.faults.add("a run rejected without a code", line.message);
}
