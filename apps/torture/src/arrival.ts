import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { keyOf, type Payload } from "./payload.js";
import type { ArrivedBatch } from "./stored-batches.js";

/** What one request brought. */
export interface Arrival {
  /** Of what is repeated as a whole: a message's key or a batch's id. */
  readonly name: string;
  readonly payloads: readonly Payload[];
  /** Of each payload, what its message is known by. */
  readonly keys: readonly string[];
  readonly batch?: ArrivedBatch;
}

/** Throws where the request is none that the trials make. */
export function arrivalOf({ url = "", headers }: IncomingMessage, body: Buffer): Arrival {
  if (url === "/batch") return ofBatch(JSON.parse(body.toString()) as ArrivedBatch);
  const objectOf = headers["x-amz-meta-dest-batch-id"]?.toString();
  if (objectOf !== undefined) return ofBatch(storedObject(url, decodeURIComponent(objectOf), body));
  const key = headers["idempotency-key"]?.toString() ?? "none";
  return { name: key, payloads: [JSON.parse(body.toString()) as Payload], keys: [key] };
}

function ofBatch(batch: ArrivedBatch): Arrival {
  return {
    name: batch.id,
    payloads: batch.members.map(({ value }) => value),
    keys: batch.members.map(({ id }) => id),
    batch,
  };
}

/** Its lines do not say which messages they were: their payloads tell. The time is in the key. */
function storedObject(key: string, id: string, body: Buffer): ArrivedBatch {
  const lines = gunzipSync(body).toString().trimEnd().split("\n");
  const values = lines.map((line) => JSON.parse(line) as Payload);
  return { id, sealedAt: 0, key, members: values.map((value) => ({ id: keyOf(value), value })) };
}
