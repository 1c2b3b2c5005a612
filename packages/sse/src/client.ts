import type { Published } from "./history.js";
import type { Sink } from "./sink.js";

/**
 * One connected client. What it does not read yet waits here, in buffers that all clients share: the replay it began
 * with, which it may read as slowly as it likes, and what was published since, of which it may leave `maxBuffered` bytes.
 */
export class Client {
  readonly #sink: Sink;
  readonly #maxBuffered: number;
  #waiting: Uint8Array[] = [];
  // How many of those waiting are the replay's.
  #ofReplay = 0;
  #unread = 0;
  #isBlocked = false;

  constructor(sink: Sink, maxBuffered: number) {
    this.#sink = sink;
    this.#maxBuffered = maxBuffered;
  }

  replay(first: readonly Uint8Array[], events: readonly Published[]): void {
    this.#waiting = [...first, ...events.map((event) => event.bytes)];
    this.#ofReplay = this.#waiting.length;
    this.drained();
  }

  /** Answers false where the client has left too much unread: it is to be cut off. */
  push(bytes: Uint8Array): boolean {
    if (!this.#isBlocked) {
      this.#isBlocked = !this.#sink.write(bytes);
      return true;
    }
    // Looked at before, so that one event larger than `maxBuffered` cuts off nobody who reads.
    if (this.#unread > this.#maxBuffered) return false;
    this.#waiting.push(bytes);
    this.#unread += bytes.length;
    return true;
  }

  /** A sign of life, which whoever has something to read does not need. */
  keepAlive(bytes: Uint8Array): void {
    if (!this.#isBlocked) this.#isBlocked = !this.#sink.write(bytes);
  }

  /** The client has read what was written. */
  drained(): void {
    this.#isBlocked = false;
    let sent = 0;
    while (!this.#isBlocked && sent < this.#waiting.length) {
      const bytes = this.#waiting[sent] as Uint8Array;
      if (sent >= this.#ofReplay) this.#unread -= bytes.length;
      sent += 1;
      this.#isBlocked = !this.#sink.write(bytes);
    }
    this.#waiting = this.#waiting.slice(sent);
    this.#ofReplay = Math.max(0, this.#ofReplay - sent);
  }

  /** With all that waits, or a program that ends after a burst would keep the rest of it from those who read. */
  end(): void {
    for (const bytes of this.#waiting) this.#sink.write(bytes);
    this.#waiting = [];
    this.#sink.end();
  }

  cut(): void {
    this.#waiting = [];
    this.#sink.cut();
  }
}
