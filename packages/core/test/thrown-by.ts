import { DestError } from "../src/errors.js";

/** The DestError that `fn` throws; anything else, or nothing, fails the test. */
export function thrownBy(fn: () => unknown): DestError {
  try {
    fn();
  } catch (error) {
    if (DestError.is(error)) return error;
    throw error;
  }
  throw new Error("expected a DestError, nothing was thrown");
}
