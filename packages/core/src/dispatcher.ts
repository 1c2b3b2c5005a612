import { Attempt, batchOf, timeoutError, type Work, workOf, workOfBatch } from "./attempt.js";
import { Batcher, type ClosedBatch, type OpenBytes } from "./batcher.js";
import type { Clock, Timer } from "./clock.js";
import { Deadlines } from "./deadlines.js";
import { asError, DestError } from "./errors.js";
import type { Events } from "./events.js";
import type { Flushes } from "./flush.js";
import { GroupSlots } from "./group-slots.js";
import type { Ids } from "./ids.js";
import type { Opener } from "./opener.js";
import type { ClaimAnswer, Outbox, Settlement, StoredMessage } from "./outbox.js";
import { readOutcome, thrownOutcome, type Verdict } from "./outcome.js";
import { RateLimiter } from "./rate-limit.js";
import { type RecordRedact, type Redact, recordRedact } from "./redact.js";
import type { Registered } from "./registry.js";
import type { Settled } from "./settled.js";
import { expiry, hasExpired, hasFailed, settlementsOf } from "./settlement.js";
import type { Settler } from "./settler.js";

/** What the lanes of one instance share. */
export interface Shared {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: Events;
  readonly opener: Opener;
  readonly openBytes: OpenBytes;
  readonly settler: Settler;
  readonly settled: Settled;
  readonly flushes: Flushes;
  readonly redact: Redact;
}

/** Messages gathered with one claim. */
const gathered = 1_000;
const retryClaimAfter = 1_000;
const roundsInATurn = 8;

/**
 * The lane of one destination: claim → batch → seal → deliver → settle. Lanes share nothing that one of them could
 * hold up. A lane sleeps until it is woken: by a commit, a settlement, a slot, or its one timer.
 */
export class Lane {
  readonly #to: Registered;
  readonly #shared: Shared;
  readonly #slots: GroupSlots<Work>;
  readonly #batcher: Batcher;
  readonly #rate: RateLimiter | undefined;
  readonly #deadlines: Deadlines<Attempt>;
  readonly #redact: RecordRedact;
  #turning = false;
  #woken = false;
  #starting = false;
  // The last claim took all there was: no other is needed before something wakes the lane.
  #exhausted = false;
  // A claim that failed took the news of reopened groups with it: the next must ask for all.
  #lostNews = false;
  #stopped = false;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(to: Registered, shared: Shared) {
    const { policy } = to;
    this.#to = to;
    this.#shared = shared;
    this.#slots = new GroupSlots<Work>(policy, shared.clock);
    this.#rate = policy.rateLimit && new RateLimiter(policy.rateLimit);
    this.#redact = recordRedact(shared.redact);
    this.#deadlines = new Deadlines(shared.clock, (attempt) => this.#timedOut(attempt));
    // Without a batch policy there may still be messages stored by a configuration that had one.
    const limits = policy.batch ?? { maxSize: 1, maxBytes: Number.POSITIVE_INFINITY, maxWait: 0 };
    this.#batcher = new Batcher(limits, shared.openBytes, () => this.wake());
  }

  /** Something may be claimable, or closable. */
  wake(): void {
    this.#exhausted = false;
    this.#woken = true;
    if (this.#turning || this.#stopped) return;
    this.#turning = true;
    // In the next turn of the event loop: one claim serves many commits, and a run resolves before its sends go out.
    setImmediate(() => void this.#turn());
  }

  /** Gives back what was claimed, ends what is under way. */
  stop(reason: DestError): void {
    this.#stopped = true;
    this.#timer?.timer.cancel();
    this.#deadlines.stop();
    for (const attempt of this.#deadlines.all()) {
      this.#end(attempt);
      attempt.abort(reason);
      this.#release(attempt.work);
    }
    for (const work of this.#slots.drain()) this.#release(work);
    this.#releaseMessages(this.#batcher.drain());
  }

  async #turn(): Promise<void> {
    let nextAt: number | undefined;
    try {
      for (let rounds = 1; this.#woken && !this.#stopped; rounds++) {
        this.#woken = false;
        // Where neither store nor destination waits for anything, nothing else would get its turn.
        if (rounds % roundsInATurn === 0) await new Promise((resolve) => setImmediate(resolve));
        nextAt = await this.#claim();
        await this.#seal(this.#batcher.takeClosed());
        this.#startReady();
        if (this.#wantsMore()) this.#woken = true;
      }
    } catch (thrown) {
      const cause = asError(thrown);
      const message = `${this.#to.name}: the outbox failed, trying again in ${retryClaimAfter} ms: ${cause.message}`;
      this.#shared.events.warn(
        DestError.is(thrown) ? thrown : new DestError("DEST_OUTBOX_FAILED", message, { cause }),
      );
      this.#lostNews = true;
      nextAt = this.#shared.clock.now() + retryClaimAfter;
    }
    this.#turning = false;
    this.#sleepUntil(nextAt);
  }

  /** Takes what is due: messages to gather or to start, sealed batches to start. Answers when more will be due. */
  async #claim(): Promise<number | undefined> {
    const { outbox, clock, flushes } = this.#shared;
    const { name, policy } = this.#to;
    this.#slots.endPauses(clock.now());
    const messages = policy.batch ? gathered : this.#slots.room;
    const batches = policy.batch ? this.#slots.free : 1;
    if (messages === 0) return undefined;
    const reopened = this.#slots.takeReopened();
    const answer = await outbox.claim({
      destination: name,
      now: clock.now(),
      messages,
      batches,
      perGroup: this.#slots.perGroup,
      full: this.#slots.full,
      paused: this.#slots.paused,
      reopened: this.#lostNews ? undefined : reopened,
    });
    this.#lostNews = false;
    const expired = this.#take(answer);
    const moreToGather = answer.messages.length === messages;
    // Expired messages took places that others of their group may be waiting for.
    this.#exhausted = !moreToGather && expired === 0 && (batches === 0 || answer.batches.length < batches);
    this.#batcher.closeDue(clock.now(), moreToGather);
    if (flushes.through !== undefined && !moreToGather) this.#batcher.closeThrough(flushes.through);
    if (moreToGather && policy.batch) this.#woken = true;
    return answer.nextAt;
  }

  /** Answers how many messages had expired. */
  #take({ messages, batches }: ClaimAnswer): number {
    const now = this.#shared.clock.now();
    let expired = 0;
    const notNow: StoredMessage[] = [];
    for (const message of messages) {
      if (hasExpired(message, now)) {
        this.#settle([message], [expiry(message, now)]);
        expired += 1;
      } else if (message.batchKey === undefined) this.#slots.add(workOf(message));
      else if (!this.#batcher.add(message, now)) notNow.push(message);
    }
    for (const batch of batches) this.#slots.add(workOfBatch(batch));
    this.#releaseMessages(notNow);
    if (this.#stopped) this.stop(stopping);
    return expired;
  }

  /** Makes closed batches durable, before their first attempt; they come back with the next claim. */
  async #seal(closed: readonly ClosedBatch[]): Promise<void> {
    if (closed.length === 0) return;
    const { outbox, clock, ids, events } = this.#shared;
    const sealing = closed.map(async (batch) => {
      const now = clock.now();
      const messages = batch.messages.filter((message) => !hasExpired(message, now));
      const late = batch.messages.filter((message) => hasExpired(message, now));
      if (late.length > 0)
        this.#settle(
          late,
          late.map((message) => expiry(message, now)),
        );
      if (messages.length === 0) return;
      const [first] = messages as [StoredMessage];
      const id = messages.length === 1 ? first.id : ids.next("b");
      const { group, key, reason, bytes } = batch;
      try {
        await outbox.seal({ id, destination: this.#to.name, group, key, sealedAt: now, messages });
      } catch (thrown) {
        this.#releaseMessages(messages);
        throw thrown;
      }
      if (!events.wants("batch")) return;
      const memberIds = messages.map((message) => message.id);
      events.emit("batch", {
        destination: this.#to.name,
        id,
        key,
        group,
        sealedAt: now,
        reason,
        ids: memberIds,
        bytes,
      });
    });
    const failed = (await Promise.allSettled(sealing)).find((result) => result.status === "rejected");
    this.#batcher.sealed();
    this.#woken = true;
    if (failed) throw failed.reason;
  }

  // Once for all that end in this turn of the event loop: by then their connections are free, too.
  #startSoon(): void {
    if (this.#starting) return;
    this.#starting = true;
    setImmediate(() => {
      this.#starting = false;
      this.#startReady();
    });
  }

  #startReady(): void {
    if (this.#stopped) return;
    const { clock } = this.#shared;
    for (;;) {
      if (this.#rate && this.#rate.nextAt > clock.now()) return this.#sleepUntil(this.#rate.nextAt);
      const work = this.#slots.next();
      if (!work) return;
      if (this.#hasExpired(work)) continue;
      this.#rate?.started(clock.now());
      this.#deliver(work);
    }
  }

  #deliver(work: Work): void {
    const { clock } = this.#shared;
    const attempt = new Attempt(this.#to.name, work, clock, this.#to.policy.timeout);
    this.#deadlines.add(attempt);
    const opening = this.#shared.opener.open(this.#to);
    const answering = opening ? opening.then(() => this.#call(attempt)) : this.#call(attempt);
    answering.then(
      (answer) => this.#finish(attempt, readOutcome(answer, work.messages)),
      (thrown: unknown) => this.#finish(attempt, { whole: thrownOutcome(thrown) }),
    );
  }

  #call(attempt: Attempt): Promise<unknown> {
    // It may have timed out while the destination was opening.
    if (attempt.isOver) return Promise.resolve();
    try {
      // Not all plugins are typed: the answer may be no promise.
      return Promise.resolve(this.#to.destination.deliver(batchOf(attempt.work), attempt));
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #timedOut(attempt: Attempt): void {
    const error = timeoutError(this.#to.policy.timeout);
    attempt.abort(error);
    this.#finish(attempt, { whole: { status: "retry", error } });
  }

  #finish(attempt: Attempt, verdict: Verdict): void {
    if (attempt.isOver) return;
    this.#end(attempt);
    const { clock, events } = this.#shared;
    const { policy, name } = this.#to;
    const { work } = attempt;
    const context = { policy, redact: this.#redact, random: clock.random, now: clock.now() };
    // Settle only after deliver returned: a crash between them duplicates, never loses.
    this.#settle(work.messages, settlementsOf(attempt, verdict, context));
    const pause = this.#slots.done(work.group, hasFailed(verdict));
    if (pause) {
      const { until, failures, released } = pause;
      for (const waiting of released) this.#release(waiting);
      if (events.wants("paused"))
        events.emit("paused", { destination: name, group: work.group, failures, until });
      this.#sleepUntil(until);
    }
    this.#startSoon();
    // A slot is free for the next sealed batch; messages are claimed a round ahead.
    if (policy.batch || this.#wantsMore()) this.wake();
  }

  #wantsMore(): boolean {
    return this.#slots.runsLow && (this.#slots.hasReopened || !this.#exhausted);
  }

  #end(attempt: Attempt): void {
    attempt.isOver = true;
    this.#deadlines.remove(attempt);
  }

  // A sealed batch is past expiring: it was promised to stay as it is.
  #hasExpired({ messages, sealed, group }: Work): boolean {
    const [message] = messages;
    if (sealed || message.expiresAt === undefined) return false;
    const now = this.#shared.clock.now();
    if (!hasExpired(message, now)) return false;
    this.#settle(messages, [expiry(message, now)]);
    this.#slots.done(group, undefined);
    return true;
  }

  #settle(messages: readonly StoredMessage[], settlements: readonly Settlement[]): void {
    const { settler, settled } = this.#shared;
    settler.push(settled.expect(messages, settlements, this));
  }

  #release({ messages, sealed }: Work): void {
    this.#releaseMessages(messages, sealed?.id);
  }

  #releaseMessages(messages: readonly StoredMessage[], batchId?: string): void {
    if (messages.length === 0) return;
    const ids = messages.map((message) => message.id);
    this.#shared.settler.push({ settlements: [{ to: "release", ids, batchId }] });
  }

  #sleepUntil(nextAt: number | undefined): void {
    if (this.#stopped) return;
    const at = Math.min(nextAt ?? Infinity, this.#batcher.nextAt ?? Infinity, this.#slots.nextAt ?? Infinity);
    if (at === Infinity || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.timer.cancel();
    const { clock } = this.#shared;
    const timer = clock.after(at - clock.now(), () => {
      this.#timer = undefined;
      this.wake();
    });
    this.#timer = { at, timer };
  }
}

const stopping = new DestError("DEST_CLOSED", "dest is closing");
