import type { DeliveryRecord, Dest, Status } from "@dest/core";

export interface DeliveryCounts {
  readonly total: number;
  readonly delivered: number;
  readonly dead: number;
  readonly retrying: number;
}

type Source = Pick<Dest<Record<string, readonly unknown[]>>, "on" | "messages">;

/** Follows every message of an instance from its acceptance. */
export class Deliveries {
  readonly #messages: Source["messages"];
  readonly #latest = new Map<string, DeliveryRecord>();
  readonly #tally: Record<Status, number> = { pending: 0, delivering: 0, retrying: 0, delivered: 0, dead: 0 };
  #onChange: () => void = () => {};

  constructor(dest: Source) {
    this.#messages = dest.messages;
    for (const event of ["accepted", "retry", "delivered", "dead"] as const)
      dest.on(event, (record) => this.#note(record));
  }

  /** Follows also what waits in the outbox from before; answers how many there are. */
  async takeUp(): Promise<number> {
    let cursor: string | undefined;
    do {
      const page = await this.#messages.list({ cursor });
      for (const record of page.items) {
        const isOver = record.status === "delivered" || record.status === "dead";
        // What was delivered meanwhile was heard of.
        if (!isOver && !this.#latest.has(record.id)) this.#note(record);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return this.#latest.size;
  }

  get counts(): DeliveryCounts {
    const { delivered, dead, retrying } = this.#tally;
    return { total: this.#latest.size, delivered, dead, retrying };
  }

  #note(record: DeliveryRecord): void {
    const before = this.#latest.get(record.id);
    if (before) this.#tally[before.status] -= 1;
    this.#tally[record.status] += 1;
    this.#latest.set(record.id, record);
    this.#onChange();
  }

  /** As they are now, in the order they were sent. */
  records(): Promise<DeliveryRecord[]> {
    const all = [...this.#latest.values()];
    return Promise.all(all.map(async (record) => (await this.#messages.get(record.id)) ?? record));
  }

  /** Resolves when nothing is left to wait for, or when `signal` aborts; `onChange` hears of every step there. */
  ended(signal: AbortSignal, onChange: (counts: DeliveryCounts) => void): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        const { counts } = this;
        onChange(counts);
        if (!signal.aborted && counts.delivered + counts.dead < counts.total) return;
        this.#onChange = () => {};
        resolve();
      };
      signal.addEventListener("abort", look, { once: true });
      this.#onChange = look;
      look();
    });
  }
}
