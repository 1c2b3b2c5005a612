import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DestError } from "@dest/core";
import type { CodecOptions } from "../codec.js";

/** What the module at that path exports as `encode` and `decode`. */
export async function loadCodec(path: string): Promise<Required<CodecOptions>> {
  let module: CodecOptions;
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as CodecOptions;
  } catch (cause) {
    const { message = String(cause) } = (cause ?? {}) as Partial<Error>;
    throw new DestError("DEST_INVALID_OPTION", `--codec ${path} cannot be loaded: ${message}`, { cause });
  }
  const { encode, decode } = module;
  if (typeof encode === "function" && typeof decode === "function") return { encode, decode };
  const message = `--codec ${path} has to export two functions, encode and decode, as the application gives them to lmdb()`;
  throw new DestError("DEST_INVALID_OPTION", message);
}
