import { Client } from "./client.js";
import type { PreparedEvent } from "./event.js";
import { EventIds } from "./event-id.js";
import { frame, gapComment, keepAliveComment } from "./frame.js";
import { History } from "./history.js";
import type { Limits } from "./options.js";
import { RecentReceipts } from "./recent-receipts.js";
import type { Sink } from "./sink.js";
import { Stream } from "./stream.js";

export type Receipt = {
  /** Connected when it was published. */
  readonly clients: number;
  readonly id: string;
  /** Only where nobody was connected: whether it is in the history, for those who come. */
  readonly kept?: boolean;
};

/** All streams of one destination: publish here, join there. */
export class Hub {
  readonly #limits: Limits;
  readonly #ids = new EventIds();
  readonly #receipts = new RecentReceipts();
  /** By workflow, the one that was published to longest ago first. */
  readonly #streams = new Map<string, Stream>();
  #historyBytes = 0;
  // Up to this number, streams that are gone may have had events.
  #forgotten = 0;
  #clients = 0;
  #keepAlive: NodeJS.Timeout | undefined;
  #warn: (message: string) => void = () => undefined;
  isClosed = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  open(warn: (message: string) => void): void {
    this.#warn = warn;
    this.isClosed = false;
  }

  /** A message that comes again is not published again. */
  publish(messageId: string, workflow: string, { channel, data }: PreparedEvent): Receipt {
    const earlier = this.#receipts.get(messageId);
    if (earlier) return earlier;
    const number = this.#ids.next();
    const id = this.#ids.idOf(number);
    const stream = this.#stream(workflow);
    this.#streams.delete(workflow);
    this.#streams.set(workflow, stream);
    const before = stream.history.bytes;
    stream.publish({ number, bytes: frame(id, channel, data) });
    this.#historyBytes += stream.history.bytes - before;
    const clients = stream.clients.size;
    const receipt = clients > 0 ? { clients, id } : { clients, id, kept: !stream.history.isEmpty };
    this.#trim();
    this.#receipts.add(messageId, receipt);
    return receipt;
  }

  /** The client gets what it has not seen of the history, then all that comes. `lastEventId`: the last it has seen. */
  join(workflow: string, lastEventId: string | undefined, sink: Sink): Client {
    const stream = this.#stream(workflow);
    stream.flush();
    const client = new Client(sink, this.#limits.maxBuffered);
    stream.clients.add(client);
    this.#clients += 1;
    this.#keepAlive ??= setInterval(() => this.#sendKeepAlive(), this.#limits.keepAlive).unref();
    if (lastEventId === undefined) client.replay([], stream.history.all());
    else {
      const number = this.#ids.numberOf(lastEventId);
      const missed = number === undefined ? undefined : stream.history.after(number);
      client.replay(missed ? [] : [gapComment], missed ?? stream.history.all());
    }
    return client;
  }

  /** The client is gone. Calling it again does nothing. */
  leave(workflow: string, client: Client): void {
    const stream = this.#streams.get(workflow);
    if (!stream?.clients.delete(client)) return;
    this.#left(1);
    this.#forget(workflow, stream);
  }

  /** Ends every stream, and keeps the histories for another `open`. */
  close(): void {
    this.isClosed = true;
    for (const [workflow, stream] of this.#streams) {
      stream.flush();
      for (const client of stream.clients) client.end();
      this.#left(stream.clients.size);
      stream.clients.clear();
      this.#forget(workflow, stream);
    }
  }

  #stream(workflow: string): Stream {
    let stream = this.#streams.get(workflow);
    if (!stream) {
      const history = new History(this.#limits.history, this.#forgotten);
      stream = new Stream(history, (count) => this.#cutOff(workflow, count));
      this.#streams.set(workflow, stream);
    }
    return stream;
  }

  #trim(): void {
    if (this.#historyBytes <= this.#limits.historyBytes) return;
    for (const [workflow, { history }] of this.#streams) {
      const before = history.bytes;
      while (!history.isEmpty && this.#historyBytes - before + history.bytes > this.#limits.historyBytes)
        history.dropOldest();
      this.#historyBytes -= before - history.bytes;
      this.#forget(workflow, this.#streams.get(workflow) as Stream);
      if (this.#historyBytes <= this.#limits.historyBytes) return;
    }
  }

  /** Removes a stream that has nothing and nobody. */
  #forget(workflow: string, stream: Stream): void {
    if (stream.clients.size > 0 || !stream.history.isEmpty) return;
    this.#forgotten = Math.max(this.#forgotten, stream.history.dropped);
    this.#streams.delete(workflow);
  }

  #cutOff(workflow: string, count: number): void {
    this.#left(count);
    const clients = count === 1 ? "1 client" : `${count} clients`;
    this.#warn(
      `${clients} of workflow ${JSON.stringify(workflow)} left more than ${this.#limits.maxBuffered} bytes unread and had to be cut off (maxBuffered); who comes back resumes by Last-Event-ID`,
    );
  }

  #left(count: number): void {
    this.#clients -= count;
    if (this.#clients > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  #sendKeepAlive(): void {
    for (const { clients } of this.#streams.values())
      for (const client of clients) client.keepAlive(keepAliveComment);
  }
}
