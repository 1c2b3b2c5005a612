import { type HttpResponse, keepResponse } from "./http-response.js";

/** The responses of one run. */
export class Responses {
  readonly #sendNow: ((response: HttpResponse) => unknown) | undefined;
  #last: HttpResponse | undefined;
  #sent = false;
  #underWay: Promise<void>[] = [];

  constructor(sendNow: ((response: HttpResponse) => unknown) | undefined) {
    this.#sendNow = sendNow;
  }

  /** Throws at once for what cannot be sent; resolves when the body is read, or an immediate response is sent. */
  give(response: HttpResponse): Promise<void> {
    const isNow = response?.immediate === true && this.#sendNow !== undefined;
    const kept = keepResponse(response, isNow);
    const given = isNow ? this.#send(kept as HttpResponse) : this.#keep(kept);
    // Who does not await it hears of it at the end of the step.
    given.catch(() => undefined);
    this.#underWay.push(given);
    return given;
  }

  /** Rejects with what went wrong in responses nobody awaited. */
  async settled(): Promise<void> {
    const underWay = this.#underWay;
    this.#underWay = [];
    if (underWay.length > 0) await Promise.all(underWay);
  }

  /** The one that was sent, else the last. */
  get last(): HttpResponse | undefined {
    return this.#last;
  }

  async #send(response: HttpResponse): Promise<void> {
    if (this.#sent) return;
    this.#sent = true;
    this.#last = response;
    await this.#sendNow?.(response);
  }

  async #keep(response: HttpResponse | Promise<HttpResponse>): Promise<void> {
    const kept = "then" in response ? await response : response;
    if (!this.#sent) this.#last = kept;
  }
}
