import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Which process it is, as another can tell. */
export interface ProcessMark {
  readonly pid: number;
  /** When the process began, in ticks since boot: a pid may be given again. Empty where that cannot be seen. */
  readonly began: string;
  /** Where the pid means something: the machine since its boot, and its pid namespace. */
  readonly place: string;
}

export function thisProcess(): ProcessMark {
  return { pid: process.pid, began: beganAt(process.pid), place: place() };
}

export function isThisProcess(mark: ProcessMark): boolean {
  const { pid, began, place } = thisProcess();
  return mark.pid === pid && mark.began === began && mark.place === place;
}

/** Whether the process of that mark lives; undefined where that cannot be seen from here. */
export function isSeenAlive({ pid, began, place: there }: ProcessMark): boolean | undefined {
  if (there !== place()) return undefined;
  if (!exists(pid)) return false;
  // Without a time of beginning (not on Linux) the pid may be another's by now.
  return began === "" ? undefined : beganAt(pid) === began;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields 3 and 22; the second, the name of the program, is in brackets and may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "ended" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

function place(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}
