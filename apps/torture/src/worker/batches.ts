import { DestError, defineDestination, invalid, jsonText } from "@dest/core";
import type { Payload } from "../payload.js";

export interface BatchSend {
  readonly url: string;
  readonly key: string;
  readonly payload: Payload;
}

/** A destination that stores whole batches under their id, as those for object stores do. */
export const batches = defineDestination<readonly [send: BatchSend], BatchSend>(() => ({
  kind: "torture/batches",
  apiVersion: 1,
  accepts: ["url", "key", "payload"],
  policy: { batch: { maxSize: 50, maxBytes: 64 * 1024, maxWait: 50 } },
  prepare(send) {
    const { url, key, payload } = send;
    if (typeof url !== "string") throw invalid("url", url);
    if (typeof key !== "string") throw invalid("key", key);
    if (typeof payload !== "object" || payload === null) throw invalid("payload", payload);
    return { url, key, payload };
  },
  groupKey: ({ url }) => url,
  batchKey: ({ key }) => key,
  async deliver({ id, key, sealedAt, messages }, { signal }) {
    const members = messages.map((message) => ({ id: message.id, value: message.value.payload }));
    try {
      const response = await fetch(`${messages[0].value.url}/batch`, {
        method: "POST",
        headers: { "idempotency-key": id },
        body: jsonText("batch", { id, key, sealedAt, members }),
        signal,
      });
      await response.arrayBuffer();
      if (response.ok) return { status: "delivered" };
      return { status: "retry", error: new DestError("TORTURE_STATUS", `answered ${response.status}`) };
    } catch (cause) {
      return { status: "retry", error: new DestError("TORTURE_NETWORK", String(cause), { cause }) };
    }
  },
}));
