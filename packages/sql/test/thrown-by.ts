import { DestError } from "@dest/core";

/** The DestError that `fn` throws; anything else fails the test. */
export function thrownBy(fn: () => unknown): DestError {
  try {
    fn();
  } catch (error) {
    if (DestError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
