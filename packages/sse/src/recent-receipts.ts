import type { Receipt } from "./hub.js";

/** Far more than there can be attempts under way. */
const most = 1_000;

/** What became of the last messages: one whose outcome was lost on its way to the outbox comes again. */
export class RecentReceipts {
  readonly #byMessage = new Map<string, Receipt>();

  get(messageId: string): Receipt | undefined {
    return this.#byMessage.get(messageId);
  }

  add(messageId: string, receipt: Receipt): void {
    this.#byMessage.set(messageId, receipt);
    if (this.#byMessage.size <= most) return;
    const [oldest] = this.#byMessage.keys();
    this.#byMessage.delete(oldest as string);
  }
}
