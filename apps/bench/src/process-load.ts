import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

export interface Load {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  /** Of the event loop. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** The most there was. */
  readonly rssMb: number;
  /** Of that, without pages of files, which the system takes back when it needs room. Linux only. */
  readonly anonymousMb: number;
}

const resolution = 1;
const everyMs = 100;

/** What the process needs while it does that. */
export async function loadOf(work: () => Promise<void>): Promise<Load> {
  const delay = monitorEventLoopDelay({ resolution });
  let [rssMb, anonymousMb] = memory();
  const watch = () => {
    const [rss, anonymous] = memory();
    rssMb = Math.max(rssMb, rss);
    anonymousMb = Math.max(anonymousMb, anonymous);
  };
  const watching = setInterval(watch, everyMs);
  delay.enable();
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  const elapsedMs = performance.now() - startedAt;
  delay.disable();
  clearInterval(watching);
  watch();
  return {
    elapsedMs,
    cpuMs: (user + system) / 1_000,
    // The histogram holds the time between two looks: the delay is what is beyond the resolution.
    delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - resolution),
    delayMaxMs: Math.max(0, delay.max / 1e6 - resolution),
    rssMb,
    anonymousMb,
  };
}

export function memory(): [rssMb: number, anonymousMb: number] {
  const rss = process.memoryUsage.rss() / 2 ** 20;
  try {
    const anonymous = /RssAnon:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    return [rss, anonymous ? Number(anonymous[1]) / 1_024 : rss];
  } catch {
    return [rss, rss];
  }
}
