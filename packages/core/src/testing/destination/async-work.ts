import { AsyncLocalStorage, createHook } from "node:async_hooks";

// What promises and ticks are made of touches nothing outside the program.
const withoutEffect = new Set(["PROMISE", "TickObject", "Microtask"]);
const turnsWatched = 3;
const startedHere = new AsyncLocalStorage<string[]>();

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * What Node was asked to do later by `work` (timers, sockets, files, look-ups), also a few turns of the event loop after
 * it returned. What others do meanwhile does not count.
 */
export async function asyncWorkOf(work: () => unknown): Promise<readonly string[]> {
  const started: string[] = [];
  const hook = createHook({
    init(_id, type) {
      if (!withoutEffect.has(type)) startedHere.getStore()?.push(type);
    },
  }).enable();
  try {
    startedHere.run(started, work);
    for (let turns = 0; turns < turnsWatched; turns++) await turn();
  } finally {
    hook.disable();
  }
  return started;
}

/** What keeps the process alive now and did not before. */
export function activeBeyond(before: readonly string[]): readonly string[] {
  const known = [...before];
  return process.getActiveResourcesInfo().filter((name) => {
    const place = known.indexOf(name);
    if (place >= 0) known.splice(place, 1);
    return place < 0;
  });
}
