import { deserialize, serialize } from "node:v8";
import { crc32 } from "node:zlib";
import { DestError } from "@dest/core";
import { fromColumn, Text, toColumn } from "./columns.js";

export interface CodecOptions {
  /** Changes the bytes of every stored payload and record, for example to encrypt them. Keys stay as they are. */
  readonly encode?: ((bytes: Uint8Array) => Uint8Array) | undefined;
  /** Undoes `encode`. */
  readonly decode?: ((bytes: Uint8Array) => Uint8Array) | undefined;
}

const headerBytes = 4;
const leastScratch = 64 * 1024;
const mostScratch = 2 * 1024 * 1024;
/** A unit of UTF-16 is as many bytes of UTF-8 at most. */
const mostBytesPerUnit = 3;
/** What a structured clone begins with, and JSON never does. */
const cloneMark = 0xff;
/** What rows by column begin with: then come the length of the JSON, the JSON, and the text of its texts. */
const columnsMark = 0x01;
const columnsBytes = 5;
/** Of fewer rows, the names of the columns take longer than what they spare. */
const leastRows = 4;

/**
 * Stored values: a CRC-32 of what follows, as LMDB does not notice flipped bits, then what `encode` made of the JSON,
 * or of the structured clone of what holds bytes. Not that of everything: V8 keeps all that a serializer saw until the
 * serializer itself is collected, which makes collecting garbage several times dearer.
 */
export class Codec {
  readonly #options: CodecOptions;
  #scratch = Buffer.allocUnsafeSlow(leastScratch);

  constructor(options: CodecOptions) {
    this.#options = options;
  }

  /** In an array, `undefined` becomes null. */
  encode(value: unknown, holdsBytes = false): Buffer {
    return this.#stored(holdsBytes ? serialize(value) : this.#written(JSON.stringify(value)));
  }

  /** The same for what has rows that are mostly alike: half of the time and of the bytes. */
  encodeRows(value: { readonly rows: readonly unknown[] }, holdsBytes = false): Buffer {
    const { length } = value.rows;
    if (holdsBytes || length < leastRows) return this.encode(value, holdsBytes);
    const text = new Text();
    const column = toColumn(value.rows, text);
    return this.#stored(this.#written(JSON.stringify({ ...value, rows: length, column }), text.all));
  }

  /** Throws `DEST_OUTBOX_CORRUPT` where the bytes are not those that were stored. */
  decode<T>(stored: Buffer, what: string): T {
    const bytes = stored.subarray(headerBytes);
    if (!hasChecksum(stored)) {
      throw new DestError("DEST_OUTBOX_CORRUPT", `${what} cannot be read: its checksum is wrong`);
    }
    try {
      return read(this.#options.decode?.(bytes) ?? bytes) as T;
    } catch (cause) {
      throw new DestError(
        "DEST_OUTBOX_UNREADABLE",
        `${what} is undamaged but cannot be decoded: was it written with another encode, or by a newer Node?`,
        { cause },
      );
    }
  }

  #stored(plain: Buffer): Buffer {
    const { encode } = this.#options;
    // What encode is given is its own.
    const bytes = encode ? encode(Buffer.from(plain)) : plain;
    const stored = Buffer.allocUnsafe(headerBytes + bytes.length);
    stored.set(bytes, headerBytes);
    stored.writeUInt32LE(crc32(bytes), 0);
    return stored;
  }

  /** Where the next call writes, too. To ask first how many bytes a text takes would take as long as to write it. */
  #written(json: string, text?: string): Buffer {
    const most = columnsBytes + (json.length + (text?.length ?? 0)) * mostBytesPerUnit;
    if (most > this.#scratch.length && most <= mostScratch)
      this.#scratch = Buffer.allocUnsafeSlow(mostScratch);
    const target = most <= mostScratch ? this.#scratch : Buffer.allocUnsafeSlow(most);
    if (text === undefined) return target.subarray(0, target.write(json));
    const length = target.write(json, columnsBytes);
    target[0] = columnsMark;
    target.writeUInt32LE(length, 1);
    const end = columnsBytes + length;
    return target.subarray(0, end + target.write(text, end));
  }
}

function read({ buffer, byteOffset, byteLength }: Uint8Array): unknown {
  const plain = Buffer.from(buffer, byteOffset, byteLength);
  if (plain[0] === cloneMark) return deserialize(plain);
  if (plain[0] !== columnsMark) return JSON.parse(plain.toString());
  const end = columnsBytes + plain.readUInt32LE(1);
  const { column, ...value } = JSON.parse(plain.toString("utf8", columnsBytes, end));
  return { ...value, rows: fromColumn(column, value.rows, new Text(plain.toString("utf8", end))) };
}

/** Whether these are the bytes that were stored, as far as a checksum tells. */
export function hasChecksum(stored: Buffer): boolean {
  return stored.length > headerBytes && crc32(stored.subarray(headerBytes)) === stored.readUInt32LE(0);
}
