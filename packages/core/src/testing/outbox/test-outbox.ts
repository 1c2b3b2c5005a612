import type { Outbox } from "../../outbox.js";
import { acceptance } from "./acceptance.js";
import { batches } from "./batches.js";
import { groups } from "./groups.js";
import { leases } from "./leases.js";
import { order } from "./order.js";
import { records } from "./records.js";
import { Subject } from "./subject.js";

/** What an outbox may be unable to do. */
export type OutboxCapability = "reopen" | "crash" | "rememberedRuns";

export interface OutboxTest {
  /** Your runner's: `test` of vitest, node:test, jest. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /** A new and empty outbox, not opened. */
  create(): Outbox | Promise<Outbox>;
  /** A new handle, not opened, on the store of one that was closed. Only an outbox in memory may lack it. */
  reopen?(closed: Outbox): Outbox | Promise<Outbox>;
  /**
   * The process that holds this open handle dies at this point: nothing of it may be closed or flushed in order. A new
   * handle, not opened, on its store. Only an outbox in memory may lack it.
   */
  crash?(open: Outbox): Outbox | Promise<Outbox>;
  /** Removes what `create` made. */
  destroy?(outbox: Outbox): void | Promise<void>;
  /** The only way to leave cases out: what it cannot do, and why. The reason is printed. */
  readonly cannot?: { readonly [C in OutboxCapability]?: string };
}

/** One thing the contract asks. */
export interface OutboxCase {
  /** Begins with the number of the law in the contract of {@link Outbox}. */
  readonly name: string;
  readonly needs?: OutboxCapability;
  run(subject: (retention?: Parameters<typeof Subject.open>[1]) => Promise<Subject>): Promise<void>;
}

export const outboxCases: readonly OutboxCase[] = [
  ...acceptance,
  ...leases,
  ...order,
  ...groups,
  ...batches,
  ...records,
];

/** Registers a test for each thing the outbox contract asks; their names begin with the law they hold it to. */
export function testOutbox(kit: OutboxTest): void {
  for (const { name, needs, run } of outboxCases) {
    const reason = needs && reasonAgainst(kit, needs);
    if (reason !== undefined) {
      console.log(`left out: ${name}: ${reason}`);
      continue;
    }
    kit.test(name, async () => {
      const opened: Subject[] = [];
      try {
        await run(async (retention) => {
          const subject = await Subject.open(kit, retention);
          opened.push(subject);
          return subject;
        });
      } finally {
        for (const { outbox } of opened) {
          await outbox.close();
          await kit.destroy?.(outbox);
        }
      }
    });
  }
}

function reasonAgainst(kit: OutboxTest, needs: OutboxCapability): string | undefined {
  const reason = kit.cannot?.[needs];
  if (reason !== undefined || needs === "rememberedRuns") return reason;
  if (kit[needs]) return undefined;
  throw new Error(`testOutbox: ${needs} is missing; an outbox that cannot do it says why in cannot.${needs}`);
}
