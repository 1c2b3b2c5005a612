import type { DeliverContext, Outcome } from "@dest/core";
import type { Identity } from "./identity.js";
import type { Progress } from "./recipients.js";
import type { OutgoingMail } from "./transport.js";

/** One attempt at one mail. */
export interface Attempted {
  readonly mail: OutgoingMail;
  readonly identity: Identity;
  /** Those the server is told. */
  readonly recipients: readonly string[];
  readonly before: Progress;
}

/** Where mails go: to a server, or into a folder. */
export interface Sender {
  send(attempted: Attempted, context: DeliverContext): Promise<Outcome>;
  /** Rejects with a DestError. */
  verify(): Promise<void>;
  close(): Promise<void>;
}
