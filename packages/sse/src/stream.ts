import type { Client } from "./client.js";
import type { History, Published } from "./history.js";

/** Bytes of events that are joined into one write. */
const joinedBytes = 64 * 1_024;

/** The events of one workflow, and who follows them. */
export class Stream {
  readonly clients = new Set<Client>();
  readonly #onSlow: (count: number) => void;
  #unsent: Buffer[] = [];
  #unsentBytes = 0;

  constructor(
    readonly history: History,
    onSlow: (count: number) => void,
  ) {
    this.#onSlow = onSlow;
  }

  /**
   * Events that are published in one go leave in one write, which is what a client costs. Nobody joins in between:
   * `join` flushes first.
   */
  publish(event: Published): void {
    this.history.add(event);
    if (this.clients.size === 0) return;
    if (this.#unsent.length === 0) queueMicrotask(() => this.flush());
    this.#unsent.push(event.bytes);
    this.#unsentBytes += event.bytes.length;
    if (this.#unsentBytes >= joinedBytes) this.flush();
  }

  flush(): void {
    const [first, ...rest] = this.#unsent;
    if (!first) return;
    const bytes = rest.length === 0 ? first : Buffer.concat(this.#unsent);
    this.#unsent = [];
    this.#unsentBytes = 0;
    let slow = 0;
    for (const client of this.clients) {
      if (client.push(bytes)) continue;
      slow += 1;
      this.clients.delete(client);
      client.cut();
    }
    if (slow > 0) this.#onSlow(slow);
  }
}
