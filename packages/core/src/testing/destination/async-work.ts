import { AsyncLocalStorage, createHook } from "node:async_hooks";

interface Started {
  readonly id: number;
  readonly type: string;
  readonly resource: { readonly hasRef?: () => boolean };
  isOver: boolean;
}

// What promises and ticks are made of touches nothing outside the program.
const withoutEffect = new Set(["PROMISE", "TickObject", "Microtask"]);
const turnsWatched = 3;
const startedHere = new AsyncLocalStorage<Started[]>();

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * What Node was asked to do later by `work` (timers, sockets, files, look-ups), also a few turns of the event loop after
 * it returned. What others do meanwhile does not count.
 */
export function asyncWorkOf(work: () => unknown): Promise<readonly string[]> {
  return watching(async (started) => {
    startedHere.run(started, work);
    for (let turns = 0; turns < turnsWatched; turns++) await turn();
    return started.map(({ type }) => type);
  });
}

/** Runs `work`, which can ask what of all it started keeps the process alive. */
export function withHeld(work: (held: () => readonly string[]) => Promise<void>): Promise<void> {
  return watching((started) => {
    const held = () =>
      started.filter(({ isOver, resource }) => !isOver && resource.hasRef?.()).map(({ type }) => type);
    return startedHere.run(started, work, held);
  });
}

/** What is started here is nobody's whose work is watched. */
export function unwatched<T>(work: () => T): T {
  return startedHere.exit(work);
}

async function watching<T>(work: (started: Started[]) => Promise<T>): Promise<T> {
  const started: Started[] = [];
  const hook = createHook({
    init(id, type, _trigger, resource) {
      if (withoutEffect.has(type) || startedHere.getStore() !== started) return;
      started.push({ id, type, resource, isOver: false });
    },
    destroy(id) {
      const ended = started.find((one) => one.id === id);
      if (ended) ended.isOver = true;
    },
  });
  hook.enable();
  try {
    return await work(started);
  } finally {
    hook.disable();
  }
}
