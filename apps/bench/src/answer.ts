import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** The next message of a process of ours. Rejects if it ends instead. */
export async function answer<T>(child: ChildProcess): Promise<T> {
  const gone = new AbortController();
  const exit = () => gone.abort(new Error("a process of the benchmark ended"));
  child.once("exit", exit);
  try {
    const [message] = await once(child, "message", { signal: gone.signal });
    return message;
  } finally {
    child.off("exit", exit);
  }
}
