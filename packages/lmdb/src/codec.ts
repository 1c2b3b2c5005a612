import { deserialize, serialize } from "node:v8";
import { crc32 } from "node:zlib";
import { DestError } from "@dest/core";

export interface CodecOptions {
  /** Changes the bytes of every stored payload and record, for example to encrypt them. Keys stay as they are. */
  readonly encode?: ((bytes: Uint8Array) => Uint8Array) | undefined;
  /** Undoes `encode`. */
  readonly decode?: ((bytes: Uint8Array) => Uint8Array) | undefined;
}

const headerBytes = 4;
const header = Buffer.alloc(headerBytes);
const leastScratch = 64 * 1024;
const mostScratch = 2 * 1024 * 1024;
/** A unit of UTF-16 is as many bytes of UTF-8 at most. */
const mostBytesPerUnit = 3;
/** What a structured clone begins with, and JSON never does. */
const cloneMark = 0xff;

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
    const { encode } = this.#options;
    const plain = holdsBytes ? serialize(value) : JSON.stringify(value);
    const bytes = encode ? encode(typeof plain === "string" ? Buffer.from(plain) : plain) : plain;
    const stored = typeof bytes === "string" ? this.#written(bytes) : Buffer.concat([header, bytes]);
    stored.writeUInt32LE(crc32(stored.subarray(headerBytes)), 0);
    return stored;
  }

  // To ask first how many bytes a text takes would take as long as to write it.
  #written(text: string): Buffer {
    const most = headerBytes + text.length * mostBytesPerUnit;
    if (most > mostScratch) return Buffer.concat([header, Buffer.from(text)]);
    if (this.#scratch.length < most) this.#scratch = Buffer.allocUnsafeSlow(mostScratch);
    const length = headerBytes + this.#scratch.write(text, headerBytes);
    return Buffer.from(this.#scratch.subarray(0, length));
  }

  /** Throws `DEST_OUTBOX_CORRUPT` where the bytes are not those that were stored. */
  decode<T>(stored: Buffer, what: string): T {
    const bytes = stored.subarray(headerBytes);
    if (!hasChecksum(stored)) {
      throw new DestError("DEST_OUTBOX_CORRUPT", `${what} cannot be read: its checksum is wrong`);
    }
    try {
      const plain = this.#options.decode?.(bytes) ?? bytes;
      return (plain[0] === cloneMark ? deserialize(plain) : JSON.parse(textOf(plain))) as T;
    } catch (cause) {
      throw new DestError(
        "DEST_OUTBOX_UNREADABLE",
        `${what} is undamaged but cannot be decoded: was it written with another encode, or by a newer Node?`,
        { cause },
      );
    }
  }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}

/** Whether these are the bytes that were stored, as far as a checksum tells. */
export function hasChecksum(stored: Buffer): boolean {
  return stored.length > headerBytes && crc32(stored.subarray(headerBytes)) === stored.readUInt32LE(0);
}
