import { DestError, defineDestination } from "@dest/core";
import type { Payload } from "../payload.js";

export interface StuckSend {
  readonly url: string;
  readonly payload: Payload;
}

interface StuckOptions {
  /** Attempts that never end, whatever is aborted, and a close that never resolves. */
  readonly isStuck: boolean;
}

/** A destination that breaks its promises, or an ordinary one. */
export const stuck = defineDestination<readonly [send: StuckSend], StuckSend, StuckOptions>(
  ({ isStuck }) => ({
    kind: "torture/stuck",
    apiVersion: 1,
    prepare: (send) => send,
    async deliver({ messages: [{ value, idempotencyKey }] }, { signal }) {
      if (isStuck) return new Promise(() => undefined);
      const headers = { "idempotency-key": idempotencyKey };
      const body = JSON.stringify(value.payload);
      const response = await fetch(`${value.url}/message`, { method: "POST", headers, body, signal });
      await response.arrayBuffer();
      if (response.ok) return { status: "delivered" };
      return { status: "retry", error: new DestError("TORTURE_STATUS", `answered ${response.status}`) };
    },
    close: () => (isStuck ? new Promise(() => undefined) : Promise.resolve()),
  }),
);
