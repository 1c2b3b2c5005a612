import type { Deliveries } from "./deliveries.js";
import type { Progress } from "./progress.js";

/** Shows progress until all is delivered or dead, the wait is over, or Ctrl-C is pressed; answers whether it was. */
export async function watch(deliveries: Deliveries, wait: number, progress: Progress): Promise<boolean> {
  const stop = new AbortController();
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    stop.abort();
  };
  const timer = setTimeout(() => stop.abort(), wait);
  // Once: a second Ctrl-C ends the process at once, as Ctrl-C does while a step runs.
  process.once("SIGINT", interrupt);
  await deliveries.ended(stop.signal, (counts) => progress.show(counts));
  process.off("SIGINT", interrupt);
  clearTimeout(timer);
  progress.end();
  return interrupted;
}
