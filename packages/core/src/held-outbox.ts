import type { Clock } from "./clock.js";
import type { Outbox } from "./outbox.js";

/** The outbox, with every call told to a clock that is driven by hand. */
export function heldOutbox(outbox: Outbox, clock: Clock): Outbox {
  const hold = clock.hold?.bind(clock);
  if (!hold) return outbox;
  const told = <T>(work: Promise<T>): Promise<T> => {
    hold(work);
    return work;
  };
  return {
    durable: outbox.durable,
    open: (context) => told(outbox.open(context)),
    append: (run, options) => told(outbox.append(run, options)),
    claim: (request) => told(outbox.claim(request)),
    seal: (batch) => told(outbox.seal(batch)),
    settle: (settlements) => told(outbox.settle(settlements)),
    waiting: (dueBy) => told(outbox.waiting(dueBy)),
    get: (id) => told(outbox.get(id)),
    list: (query) => told(outbox.list(query)),
    stats: () => told(outbox.stats()),
    replay: (query) => told(outbox.replay(query)),
    close: () => told(outbox.close()),
  };
}
