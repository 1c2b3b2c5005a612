import { type Batch, DestError } from "@dest/core";
import type { Compression } from "./assemble.js";
import type { PreparedEvent } from "./event.js";
import { faultOfKey, identifierOf, type Key } from "./object-key.js";
import type { ObjectHeaders } from "./options.js";
import type { Upload } from "./upload.js";

interface Form {
  readonly compression: Compression;
  readonly contentEncoding?: boolean | undefined;
  readonly headers?: ObjectHeaders | undefined;
}

/** Where a batch is stored and what is said of it there. Throws `DEST_S3_KEY` where the key cannot be one. */
export function targetOf(
  { id, sealedAt, messages }: Batch<PreparedEvent>,
  key: Key,
  { compression, contentEncoding = false, headers }: Form,
): Upload["target"] {
  const { bucket, prefix, partition = "" } = messages[0].value;
  const events = messages.length;
  const identifier = identifierOf(id);
  const info = { prefix, partition, sealedAt: new Date(sealedAt), batchId: id, identifier, events };
  const Key = key(info);
  const fault = faultOfKey(Key, info);
  if (fault !== undefined)
    throw new DestError("DEST_S3_KEY", `the option key answered ${JSON.stringify(Key)}: ${fault}`, {
      retryable: false,
    });
  return {
    ...headers,
    Bucket: bucket,
    Key,
    ContentType: "application/x-ndjson",
    ...(compression === "gzip" && contentEncoding ? { ContentEncoding: "gzip" } : {}),
    // A batch of one has a message's id, which may hold any text; metadata are headers.
    Metadata: {
      "dest-batch-id": encodeURIComponent(id.toWellFormed()),
      "dest-events": String(events),
    },
  };
}
