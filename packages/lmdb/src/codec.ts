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

/**
 * Stored values: a CRC-32 of what follows, then what `encode` made of the structured clone. LMDB does not notice
 * flipped bits, and JSON would change lone surrogates, `-0` and byte arrays.
 */
export class Codec {
  readonly #options: CodecOptions;

  constructor(options: CodecOptions) {
    this.#options = options;
  }

  encode(value: unknown): Buffer {
    const plain = serialize(value);
    const bytes = this.#options.encode?.(plain) ?? plain;
    const stored = Buffer.allocUnsafe(headerBytes + bytes.length);
    stored.writeUInt32LE(crc32(bytes), 0);
    stored.set(bytes, headerBytes);
    return stored;
  }

  /** Throws `DEST_OUTBOX_CORRUPT` where the bytes are not those that were stored. */
  decode<T>(stored: Buffer, what: string): T {
    const bytes = stored.subarray(headerBytes);
    if (!hasChecksum(stored)) {
      throw new DestError("DEST_OUTBOX_CORRUPT", `${what} cannot be read: its checksum is wrong`);
    }
    try {
      return deserialize(this.#options.decode?.(bytes) ?? bytes) as T;
    } catch (cause) {
      throw new DestError(
        "DEST_OUTBOX_UNREADABLE",
        `${what} is undamaged but cannot be decoded: was it written with another encode, or by a newer Node?`,
        { cause },
      );
    }
  }
}

/** Whether these are the bytes that were stored, as far as a checksum tells. */
export function hasChecksum(stored: Buffer): boolean {
  return stored.length > headerBytes && crc32(stored.subarray(headerBytes)) === stored.readUInt32LE(0);
}
