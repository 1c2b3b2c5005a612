import { randomBytes } from "node:crypto";
import type { Clock, Timer } from "@dest/core";

/** What `$.flow.delay` returns. Whoever has one of them may end the wait, so they cannot be guessed. */
export interface DelayUrls {
  readonly resume_url: string;
  readonly cancel_url: string;
}

export type DelayEnd = "elapsed" | "resumed" | "cancelled";

const waiting = new Map<string, Delay>();
const path = /([0-9a-f]{32})[/:](resume|cancel)\/?$/;

/**
 * Ends the wait of a run, as the URL says that `$.flow.delay` returned. `undefined`: it waits no more, or not in this
 * process.
 */
export function followFlowUrl(url: string | URL): "resumed" | "cancelled" | undefined {
  const plain = String(url).replace(/[?#].*$/, "");
  const [, token = "", verb] = path.exec(plain) ?? [];
  const delay = waiting.get(token);
  if (!delay) return undefined;
  const end = verb === "cancel" ? "cancelled" : "resumed";
  delay.end(end);
  return end;
}

/** A wait that was asked for and begins when its step has ended. It may be over before. */
export class Delay {
  readonly #token = randomBytes(16).toString("hex");
  readonly #base: string | URL | undefined;
  #ms = 0;
  #ended: DelayEnd | undefined;
  #onEnd: (() => void) | undefined;

  /** Its URLs begin with `base`. */
  constructor(base: string | URL | undefined) {
    this.#base = base;
    waiting.set(this.#token, this);
  }

  /** For so long. Asked again, for so long instead. */
  ask(ms: number): DelayUrls {
    this.#ms = ms;
    return { resume_url: this.#url("resume"), cancel_url: this.#url("cancel") };
  }

  async wait(clock: Clock): Promise<DelayEnd> {
    const due = clock.now() + this.#ms;
    while (this.#ended === undefined) {
      const left = due - clock.now();
      if (left <= 0) this.end("elapsed");
      else await this.#endOrAfter(left, clock);
    }
    return this.#ended;
  }

  end(how: DelayEnd): void {
    waiting.delete(this.#token);
    this.#ended ??= how;
    this.#onEnd?.();
  }

  #url(verb: string): string {
    if (this.#base === undefined) return `urn:dest:flow:${this.#token}:${verb}`;
    return `${String(this.#base).replace(/\/+$/, "")}/${this.#token}/${verb}`;
  }

  async #endOrAfter(ms: number, clock: Clock): Promise<void> {
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#onEnd = resolve;
      timer = clock.after(ms, resolve, true);
    });
    timer?.cancel();
  }
}
