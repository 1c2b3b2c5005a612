import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { Batch } from "@dest/core";
import type { PreparedEvent } from "./event.js";

export type Compression = "gzip" | "none";

/** Characters of the pieces in which lines go into the compressor: small enough that none holds the event loop up. */
const pieceLength = 64 * 1_024;
/** Bytes that the compressor hands out at once. */
const compressedPiece = 64 * 1_024;

/**
 * The bytes of an object: the lines in order, each with a line break. The same events give the same bytes, since Node's
 * gzip header has no timestamp. Compression runs in the threads of zlib.
 */
export function assemble(messages: Batch<PreparedEvent>["messages"], compression: Compression): Readable {
  const lines = Readable.from(pieces(messages), { objectMode: false });
  if (compression === "none") return lines;
  // Whoever reads the end learns of a failure.
  return pipeline(lines, createGzip({ chunkSize: compressedPiece }), () => {});
}

function* pieces(messages: Batch<PreparedEvent>["messages"]): Generator<Buffer> {
  let text = "";
  for (const { value } of messages) {
    text += `${value.line}\n`;
    if (text.length < pieceLength) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}
