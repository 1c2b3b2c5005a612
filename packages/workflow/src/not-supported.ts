import { DestError } from "@dest/core";

/** A function of `$` that fails where it is called and says what to do instead. */
export function notSupported(name: string, instead: string): () => never {
  return function notSupported() {
    const message = `$.${name} is not supported: ${instead}`;
    const error = new DestError("DEST_NOT_SUPPORTED", message, { retryable: false });
    Error.captureStackTrace(error, notSupported);
    throw error;
  };
}
