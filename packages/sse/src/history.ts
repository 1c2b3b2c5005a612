export interface Published {
  readonly number: number;
  /** As it goes to every client. */
  readonly bytes: Buffer;
}

/** The last events of one workflow. */
export class History {
  readonly #most: number;
  readonly #events: Published[] = [];
  // The newest event that is no longer here.
  #dropped: number;
  bytes = 0;

  /** `dropped`: events up to this number may have been forgotten before. */
  constructor(most: number, dropped: number) {
    this.#most = most;
    this.#dropped = dropped;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  get dropped(): number {
    return this.#dropped;
  }

  add(event: Published): void {
    this.#events.push(event);
    this.bytes += event.bytes.length;
    while (this.#events.length > this.#most) this.dropOldest();
  }

  dropOldest(): void {
    const oldest = this.#events.shift();
    if (!oldest) return;
    this.bytes -= oldest.bytes.length;
    this.#dropped = oldest.number;
  }

  all(): readonly Published[] {
    return [...this.#events];
  }

  /** All events after this one; undefined where some of them are no longer here. */
  after(number: number): readonly Published[] | undefined {
    return number < this.#dropped ? undefined : this.#events.filter((event) => event.number > number);
  }
}
