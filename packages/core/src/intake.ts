import type { Clock } from "./clock.js";
import { Deferral, type Intake as RunIntake, type RunOptions } from "./deferral.js";
import { acceptedRecord } from "./delivery-record.js";
import { DestError } from "./errors.js";
import type { Events } from "./events.js";
import type { Ids } from "./ids.js";
import type { Rooms } from "./limits.js";
import type { Outbox, RunCommit } from "./outbox.js";
import type { Registered } from "./registry.js";
import type { DollarFactory } from "./send.js";
import { readOfAnswer } from "./sent.js";
import { unknownKey } from "./unknown-keys.js";

export interface IntakeServices {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly dollar: DollarFactory;
  readonly unknownKeys: "throw" | "warn";
  /** Undefined once the outbox is open. */
  opening(): Promise<void> | undefined;
  /** The lane of a destination has something new. */
  wake(destination: string): void;
}

/** Where runs begin, and where what they sent is accepted: room → append → announce → wake. */
export class Intake implements RunIntake {
  readonly #services: IntakeServices;
  readonly #warned = new Set<string>();
  readonly #running = new Set<Deferral>();
  readonly #storing = new Set<Promise<unknown>>();
  #onIdle: (() => void) | undefined;
  #state: "open" | "closing" | "closed" = "open";
  /** Messages accepted by this instance. */
  accepted = 0;

  constructor(services: IntakeServices) {
    this.#services = services;
  }

  get dollar(): DollarFactory {
    return this.#services.dollar;
  }

  get unknownKeys(): "throw" | "warn" {
    return this.#services.unknownKeys;
  }

  now(): number {
    return this.#services.clock.now();
  }

  /** Before the work of a run: rejects where there is no room for anything. */
  async admit(): Promise<void> {
    this.#checkOpen();
    const opening = this.#services.opening();
    if (opening) await opening;
    const waiting = this.#services.rooms.admitWork();
    if (waiting) await waiting;
  }

  /** `isInner`: of a delivery, which goes on while the instance closes. */
  begin(options: RunOptions, isInner = false): Deferral {
    if (!isInner || this.#state === "closed") this.#checkOpen();
    const run = new Deferral(options.runId ?? this.#services.ids.next("r"), options, this);
    this.#running.add(run);
    return run;
  }

  async accept(commit: RunCommit): Promise<void> {
    const { opening, rooms, outbox, events, wake } = this.#services;
    const stillOpening = opening();
    if (stillOpening) await stillOpening;
    if (this.#state === "closed")
      throw closed("the run ended after dest was closed; nothing of it was accepted");
    const waiting = rooms.reserve(commit.messages);
    if (waiting) await waiting;
    const { messages } = commit;
    let added = messages.length;
    try {
      const storing = outbox.append(commit);
      this.#storing.add(storing);
      const answer = await storing.finally(() => this.#storing.delete(storing));
      if (answer) added = answer.added;
    } catch (error) {
      rooms.unreserve(messages);
      throw error;
    }
    const fresh = added === messages.length ? messages : messages.slice(messages.length - added);
    if (fresh !== messages) rooms.unreserve(messages.slice(0, messages.length - added));
    this.accepted += added;
    if (events.wants("accepted"))
      for (const message of fresh) events.emit("accepted", acceptedRecord(commit, message));
    for (const destination of new Set(fresh.map((message) => message.destination))) wake(destination);
  }

  ended(run: Deferral): void {
    this.#running.delete(run);
    if (this.#running.size === 0) this.#onIdle?.();
  }

  warnOfKey(to: Registered, key: string): void {
    this.#warnOnce(`${to.name} ${key}`, () => unknownKey(to, key, "DEST_UNKNOWN_KEY"));
  }

  warnOfRead(to: Registered, member: string): void {
    this.#warnOnce(to.name, () => readOfAnswer(to.name, member));
  }

  #warnOnce(about: string, warning: () => DestError): void {
    if (this.#warned.has(about)) return;
    this.#warned.add(about);
    this.#services.events.warn(warning());
  }

  /** Refuses new runs; resolves when none is running. */
  close(): Promise<void> {
    this.#state = "closing";
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#running.size === 0) resolve();
    });
  }

  /** Refuses commits too; resolves when those that the outbox has been given are stored or refused. */
  async shut(): Promise<void> {
    this.#state = "closed";
    await Promise.allSettled(this.#storing);
  }

  #checkOpen(): void {
    if (this.#state !== "open") throw closed("dest is closed: begin no runs after close()");
  }
}

function closed(message: string): DestError {
  return new DestError("DEST_CLOSED", message, { retryable: false });
}
