const longest = 500;

/** A server's reply as it is shown: on one line and cut. Undefined: there is none. */
export function shownReply(reply: unknown): string | undefined {
  if (typeof reply !== "string" || reply.trim() === "") return undefined;
  const line = reply.trim().replace(/\s*[\r\n]+\s*/g, " ");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Its three digits; 0 where it begins with none. */
export function codeOf(reply: string | undefined): number {
  return Number(/^\d{3}/.exec(reply ?? "")?.[0] ?? 0);
}

/** What the same mail may meet otherwise later. 503 is said of the conversation, not of the mail. */
export function isForNow(code: number): boolean {
  return code < 500 || code === 503;
}

/**
 * The same of one recipient among several. A server that takes no more of them may still say 552, which counts as 452
 * then (RFC 5321, 4.5.3.1.10); with 5.2.x it speaks of the mailbox (RFC 3463, 3.3).
 */
export function isForNowAmongOthers(reply: string | undefined): boolean {
  return isForNow(codeOf(reply)) || /^552[ -](?!5\.2\.)/.test(reply ?? "");
}
