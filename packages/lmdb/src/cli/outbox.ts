import { DestError, type Outbox } from "@dest/core";
import { LmdbOutbox } from "../lmdb-outbox.js";
import type { Asked } from "./arguments.js";
import { loadCodec } from "./codec-module.js";
import { expectStore } from "./existing-store.js";
import { say } from "./output.js";
import { printable } from "./printable.js";

// What is stored is shown: which retention the application has is not known here, and nothing is removed.
const everything = { records: Number.POSITIVE_INFINITY, maxAge: Number.POSITIVE_INFINITY };

/** Opens the outbox that was asked for, beside the applications that use it, and closes it after the work. */
export async function withOutbox<T>(
  { path, codec }: Asked,
  work: (outbox: Outbox) => Promise<T>,
): Promise<T> {
  const functions = codec === undefined ? {} : await loadCodec(codec);
  await expectStore(path);
  const outbox = new LmdbOutbox({ path, ...functions }, "observer");
  try {
    await outbox.open({
      wake() {},
      warn: ({ code, message }) => say(printable(`${code}: ${message}`)),
      now: Date.now,
      retention: everything,
    });
    return await work(outbox);
  } catch (error) {
    if (DestError.is(error) && error.code === "DEST_OUTBOX_UNREADABLE") throw withHint(error, codec);
    throw error;
  } finally {
    await outbox.close();
  }
}

function withHint(cause: DestError, codec: string | undefined): DestError {
  const hint =
    codec === undefined
      ? "If the application gives encode and decode to lmdb(), pass a module that exports both: --codec ./codec.mjs"
      : `${codec} has to export the encode and decode that the application gives to lmdb()`;
  return new DestError(cause.code, `${cause.message} ${hint}`, { cause });
}
