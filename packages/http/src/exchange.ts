import type { DeliverContext, DestError } from "@dest/core";
import type { Dispatcher } from "undici";
import type { DispatchRequest } from "./to-dispatch.js";

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of the body. */
  readonly body: Buffer;
  /** Of the body, as far as it was read. */
  readonly bytes: number;
  /** `false`: the connection was closed before the end of the body, as there was too much of it. */
  readonly isWhole: boolean;
}

/** A response, or why there is none and whether the request had begun to be sent. */
export type Ended = { readonly response: HttpResponse } | { readonly error: Error; readonly sent: boolean };

/** Bytes of a response's body that are looked at. Less than what core cuts a text to. */
const keptBytes = 4_000;
/** Bytes that are read so that the connection can be used again. Reading more costs more than a new connection. */
const readBytes = 128 * 1_024;

/** One request and its response. Ends when the body has been read, or is too long to be; resolves with what `read` makes of that. */
export function exchange<T>(
  agent: Dispatcher,
  request: DispatchRequest,
  { onAbort }: Pick<DeliverContext, "onAbort">,
  read: (ended: Ended) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const handler = new Exchange((ended) => {
      try {
        resolve(read(ended));
      } catch (error) {
        reject(error as Error);
      }
    });
    onAbort((reason) => handler.abort(reason));
    try {
      agent.dispatch(request, handler);
    } catch (error) {
      handler.failed(error as Error);
    }
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #end: (ended: Ended) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted: DestError | undefined;
  #status = 0;
  #headers: HttpResponse["headers"] = {};
  #kept: Buffer[] = [];
  #bytes = 0;
  #hasEnded = false;

  constructor(end: (ended: Ended) => void) {
    this.#end = end;
  }

  abort(reason: DestError): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(this.#aborted);
  }

  // Also for each answer of the 100s before the one that counts.
  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpResponse["headers"],
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = keptBytes - this.#bytes;
    if (room > 0) this.#kept.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= readBytes) return;
    this.#answered(false);
    controller.abort(new Error("the rest of the body is not read"));
  }

  onResponseEnd(): void {
    this.#answered(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.failed(error);
  }

  failed(error: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#end({ error, sent: this.#controller !== undefined });
  }

  #answered(isWhole: boolean): void {
    this.#hasEnded = true;
    const body = this.#kept.length === 1 ? (this.#kept[0] as Buffer) : Buffer.concat(this.#kept);
    this.#end({
      response: { status: this.#status, headers: this.#headers, body, bytes: this.#bytes, isWhole },
    });
  }
}
