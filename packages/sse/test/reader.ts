import { createParser, type EventSourceMessage } from "eventsource-parser";

/** Reads a body as a client does, one event or comment at a time. */
export class Reader {
  readonly events: EventSourceMessage[] = [];
  readonly comments: string[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #text = new TextDecoder();
  readonly #parser = createParser({
    onEvent: (event) => void this.events.push(event),
    onComment: (comment) => void this.comments.push(comment),
    onError: (error) => {
      throw error;
    },
  });

  constructor(response: Response) {
    if (!response.body) throw new Error("there is no body");
    this.#reader = response.body.getReader();
  }

  /** Until so many events have come. */
  async take(count: number): Promise<EventSourceMessage[]> {
    while (this.events.length < count) await this.#read();
    return this.events.splice(0, count);
  }

  async untilComment(text: string): Promise<void> {
    while (!this.comments.some((comment) => comment.includes(text))) await this.#read();
  }

  /** Throws when the stream breaks off; answers when it ends. */
  async untilEnd(): Promise<void> {
    while (await this.#more());
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<void> {
    if (!(await this.#more())) throw new Error("the stream ended");
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (value) this.#parser.feed(this.#text.decode(value, { stream: true }));
    return !done;
  }
}

export function numbers(events: readonly { readonly data: string }[]): number[] {
  return events.map(({ data }) => (JSON.parse(data) as { n: number }).n);
}
