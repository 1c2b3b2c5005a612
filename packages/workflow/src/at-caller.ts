import { DestError } from "@dest/core";

/** What `work` throws points at the line that called `caller`. */
export function atCaller<T>(caller: (...args: never[]) => unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (DestError.is(error)) Error.captureStackTrace(error, caller);
    throw error;
  }
}
