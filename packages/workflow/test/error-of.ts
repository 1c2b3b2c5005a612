import { DestError } from "@dest/core";

/** The DestError that work ends with; anything else fails the test. */
export async function errorOf(work: () => unknown): Promise<DestError> {
  try {
    await work();
  } catch (error) {
    if (DestError.is(error)) return error;
    throw error;
  }
  throw new Error("expected a DestError, nothing was thrown");
}
