import { DestError, type JsonValue, type Outcome } from "@dest/core";

/** A recipient the server did not take, and its words. */
export interface Refusal {
  readonly address: string;
  readonly reply: string;
}

/** What earlier attempts came to: it is kept as the outcome's `progress`. */
export interface Progress {
  readonly accepted: readonly string[];
  /** For good. */
  readonly refused: readonly Refusal[];
}

/** What one attempt came to, recipient by recipient. */
export interface Answers extends Progress {
  /** For now. */
  readonly deferred: readonly Refusal[];
}

export function readProgress(progress: JsonValue | undefined): Progress {
  return (progress as Progress | undefined) ?? { accepted: [], refused: [] };
}

/** Progress as core keeps it; none where there is none. */
export function kept({ accepted, refused }: Progress): { progress?: JsonValue } {
  if (accepted.length === 0 && refused.length === 0) return {};
  return { progress: { accepted: [...accepted], refused: refused.map((one) => ({ ...one })) } };
}

/** Those of whom nobody said yes or no yet. */
export function remaining(recipients: readonly string[], { accepted, refused }: Progress): string[] {
  const settled = new Set([...accepted, ...refused.map(({ address }) => address)]);
  return recipients.filter((address) => !settled.has(address));
}

/**
 * What the answers mean for the mail. Delivered: at least one has it, and no one is left to wait for; who was refused
 * stands in the receipt. Who has it never gets it again.
 */
export function settle(before: Progress, answers: Answers, messageId: string): Outcome {
  const accepted = [...before.accepted, ...answers.accepted];
  const refused = [...before.refused, ...answers.refused];
  const { deferred } = answers;
  if (deferred.length > 0) {
    const others = accepted.length > 0 ? `; already taken for ${some(accepted, ", ")}` : "";
    const message = `${listed(deferred)}${others}`;
    return {
      status: "retry",
      error: new DestError("DEST_EMAIL_DEFERRED", message),
      ...kept({ accepted, refused }),
    };
  }
  if (accepted.length === 0) return { status: "rejected", error: refusal(listed(refused)) };
  const receipt =
    refused.length > 0 ? { messageId, refused: refused.map((one) => ({ ...one })) } : { messageId };
  return { status: "delivered", receipt };
}

export function refusal(message: string): DestError {
  return new DestError("DEST_EMAIL_REFUSED", message, { retryable: false });
}

const listedAtMost = 5;

function listed(refusals: readonly Refusal[]): string {
  return some(
    refusals.map(({ address, reply }) => `${address}: ${reply}`),
    "; ",
  );
}

function some(texts: readonly string[], separator: string): string {
  const more = texts.length - listedAtMost;
  const shown = texts.slice(0, listedAtMost).join(separator);
  return more > 0 ? `${shown}${separator}and ${more} more` : shown;
}
