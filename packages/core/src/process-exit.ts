/** What must happen before the process ends by itself. */
export interface ExitFlush {
  /** Delivers what can be delivered soon. Answers whether there was anything to do. */
  flushBeforeExit(): Promise<boolean>;
}

const open = new Set<ExitFlush>();
let listening = false;

/** One listener for all instances: an idle program exits by itself, after what it accepted was given a chance. */
export function flushAtExit(instance: ExitFlush): void {
  open.add(instance);
  if (!listening) process.on("beforeExit", onBeforeExit);
  listening = true;
}

export function forgetAtExit(instance: ExitFlush): void {
  open.delete(instance);
  if (open.size > 0) return;
  process.off("beforeExit", onBeforeExit);
  listening = false;
}

// beforeExit comes again whenever work was done meanwhile, until every instance has nothing left that it could do.
function onBeforeExit(): void {
  for (const instance of open) void instance.flushBeforeExit();
}

/** Closes on a signal, then lets the signal end the process as it would have. */
export function closeOnSignals(
  signals: readonly NodeJS.Signals[],
  close: () => Promise<unknown>,
): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    stop();
    void close().finally(() => process.kill(process.pid, signal));
  };
  const stop = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return stop;
}
