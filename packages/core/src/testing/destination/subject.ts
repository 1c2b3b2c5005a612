import { systemClock } from "../../clock.js";
import { createDest } from "../../dest.js";
import type { AnyDestination } from "../../destination.js";
import type { EventName } from "../../events.js";
import type { DeliveryRecord } from "../../outbox.js";
import { resolvePolicy } from "../../policy.js";
import type { Dest } from "../../types.js";
import { check } from "../check.js";
import { manualClock } from "../manual-clock.js";
import { turn, unwatched } from "./async-work.js";
import type { AnyDestinationTest, DestinationService, ServiceAnswer, Taken } from "./kit.js";
import { type Watch, type WatchedAttempt, watched } from "./watched.js";

type End = "delivered" | "retry" | "dead";

const ends: ReadonlySet<EventName> = new Set<EventName>(["delivered", "retry", "dead"]);
const eventNames: readonly EventName[] = ["accepted", "attempt", "batch", ...ends, "paused", "warning"];
const defaultPatience = 3_000;
/** Turns of the event loop that the end of a case leaves a destination to close in. */
const closingTurns = 200;

/** The destination under test in an instance of its own, with short words for what the cases do to it. */
export class Subject {
  readonly clock = manualClock();
  readonly attempts: WatchedAttempt[] = [];
  /** All that was told to listeners, in order. */
  readonly events: { readonly event: EventName; readonly payload: unknown }[] = [];
  /** Attempts that reached the service. */
  arrivals = 0;
  dest!: Dest<{ it: unknown[] }>;
  service!: DestinationService;
  destination!: AnyDestination;
  readonly #watch: Watch;
  readonly #answers: ServiceAnswer[] = [];
  readonly #ended: { readonly event: End; readonly record: DeliveryRecord }[] = [];
  #awaited = 0;
  #waiting: (() => void)[] = [];
  #watched!: AnyDestination;

  private constructor(readonly kit: AnyDestinationTest) {
    this.#watch = { attempts: this.attempts, loseAnswers: 0, happened: () => this.#happened() };
  }

  static async start(kit: AnyDestinationTest): Promise<Subject> {
    const subject = new Subject(kit);
    const answer = () => {
      subject.arrivals += 1;
      subject.#happened();
      return subject.#answers.shift() ?? "accept";
    };
    subject.service = await unwatched(() => kit.serve(answer));
    try {
      subject.destination = kit.create(subject.service);
      subject.#watched = watched(subject.destination, subject.#watch);
      subject.open();
      return subject;
    } catch (error) {
      await subject.service.close();
      throw error;
    }
  }

  /** A new instance with the same destination. */
  open(): void {
    this.dest = createDest({ destinations: { it: this.#watched }, clock: this.clock }) as Subject["dest"];
    for (const event of eventNames) {
      this.dest.on(event, (payload) => {
        this.events.push({ event, payload });
        if (ends.has(event)) this.#ended.push({ event: event as End, record: payload as DeliveryRecord });
        this.#happened();
      });
    }
  }

  get timeout(): number {
    return resolvePolicy("it", this.destination.policy).timeout;
  }

  /** How the service ends its next attempts. It accepts those after. */
  answers(...answers: ServiceAnswer[]): void {
    this.#answers.push(...answers);
  }

  /** The next attempt's outcome is not heard: it is a retry, whatever became of it. */
  loseAnswer(): void {
    this.#watch.loseAnswers += 1;
  }

  call(number: number): readonly unknown[] {
    return this.kit.call(number, this.service);
  }

  /** One run with these calls. */
  async send(...numbers: number[]): Promise<string[]> {
    return this.sendArgs(...numbers.map((number) => this.call(number)));
  }

  async sendArgs(...calls: (readonly unknown[])[]): Promise<string[]> {
    return this.dest.run(($) => calls.map((args) => $.send.it(...args).id));
  }

  async arrived(attempts: number): Promise<void> {
    await this.until("each attempt reaches the service", () => this.arrivals >= attempts);
  }

  /** Waits for the next end of an attempt that no call waited for yet. */
  async ended(contract: string): Promise<{ event: End; record: DeliveryRecord }> {
    const place = this.#awaited++;
    await this.until(contract, () => this.#ended.length > place);
    return this.#ended[place] as { event: End; record: DeliveryRecord };
  }

  /** The record of the next end, which must be this one. */
  async ends(expected: End, contract: string): Promise<DeliveryRecord> {
    const { event, record } = await this.ended(contract);
    const { error } = record.attempts.at(-1) ?? {};
    check(event === expected, contract, { event, status: record.status, error });
    return record;
  }

  /** Lets virtual time pass until this message's next attempt is due. */
  async advanceTo({ availableAt }: DeliveryRecord): Promise<void> {
    await this.clock.advance(availableAt - this.clock.now());
  }

  /** Waits for what the network, the service or the destination does. */
  async until(contract: string, holds: () => boolean): Promise<void> {
    let isLate = false;
    const { patience = defaultPatience } = this.kit;
    const late = systemClock.after(
      patience,
      () => {
        isLate = true;
        this.#happened();
      },
      true,
    );
    try {
      while (!holds()) {
        if (isLate) check(false, contract, `nothing of the kind within ${patience} ms; ${this.#story()}`);
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      late.cancel();
    }
  }

  /** The like, where nothing tells that it happened. */
  async untilTurned(contract: string, missing: () => readonly unknown[]): Promise<void> {
    const deadline = systemClock.now() + (this.kit.patience ?? defaultPatience);
    for (let seen = missing(); seen.length > 0; seen = missing()) {
      check(systemClock.now() < deadline, contract, seen);
      await turn();
    }
  }

  async taken(): Promise<readonly Taken[]> {
    return this.service.taken();
  }

  async takenCalls(): Promise<number[]> {
    return (await this.taken()).map(({ call }) => call);
  }

  /** Closes the instance at once; the destination is given the time it needs. */
  async close(contract: string): Promise<void> {
    let isClosed = false;
    const closing = this.dest.close({ timeout: 0 }).finally(() => {
      isClosed = true;
    });
    // Waits of no length end; that for the destination stays.
    const deadline = systemClock.now() + (this.kit.patience ?? defaultPatience);
    while (!isClosed) {
      check(systemClock.now() < deadline, contract, "close had not ended");
      await this.clock.advance(0);
    }
    await closing;
  }

  /** After a case, however it ended. */
  async end(): Promise<void> {
    let isClosed = false;
    const closing = this.dest.close({ timeout: 0 }).finally(() => {
      isClosed = true;
    });
    for (let turns = 0; !isClosed; turns++) await this.clock.advance(turns < closingTurns ? 0 : 1_000);
    await closing;
    await this.service.close();
  }

  #story(): string {
    const told = this.events.map(({ event }) => event).join(", ") || "none";
    return `attempts that reached the service: ${this.arrivals}, events: ${told}`;
  }

  #happened(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
