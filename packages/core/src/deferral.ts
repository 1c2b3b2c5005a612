import type { Capturing } from "./capture.js";
import type { Origin } from "./destination.js";
import { DestError } from "./errors.js";
import type { NewMessage, RunCommit } from "./outbox.js";
import type { Registered } from "./registry.js";
import type { Dollar, DollarFactory } from "./send.js";

export interface RunOptions {
  /** Shown in records, and who an event stream or listener belongs to. */
  readonly workflow?: string | undefined;
  /**
   * Your own id for this run. A second commit of it adds only sends beyond those committed already, so a handler that
   * is retried sends each once. Default: a new one.
   */
  readonly runId?: string | undefined;
  /** What becomes of the sends of a run that throws. Default `"discard"`. */
  readonly onError?: "discard" | "deliver" | undefined;
  /** Default `"throw"`. */
  readonly unknownKeys?: "throw" | "warn" | undefined;
  /** Origin of the message whose delivery started this run. */
  readonly parent?: (Origin & { readonly id: string }) | undefined;
}

/** What a run needs of its instance. */
export interface Intake {
  readonly dollar: DollarFactory;
  readonly unknownKeys: "throw" | "warn";
  now(): number;
  warnOfKey(to: Registered, key: string): void;
  warnOfRead(to: Registered, member: string): void;
  /** Puts the captured sends in the outbox; when it resolves they are accepted, when it rejects none is. */
  accept(commit: RunCommit): Promise<void>;
  ended(run: Deferral): void;
}

/**
 * One run: sends collect here, in order, and go to the outbox in one commit when it ends, or part by part at its
 * checkpoints.
 */
export class Deferral {
  readonly id: string;
  readonly origin: Origin;
  readonly remembered: boolean;
  readonly unknownKeys: "throw" | "warn";
  readonly #intake: Intake;
  readonly #prefix: string;
  #captured: NewMessage[] = [];
  #ordinal = 0;
  #open = true;
  #committing: Promise<void> = Promise.resolve();

  constructor(id: string, options: RunOptions, intake: Intake) {
    const { workflow, runId, parent, unknownKeys = intake.unknownKeys } = options;
    this.id = id;
    this.#prefix = `${id}.`;
    this.#intake = intake;
    this.remembered = runId !== undefined;
    this.unknownKeys = unknownKeys;
    const origin: { -readonly [K in keyof Origin]: Origin[K] } = {
      runId: id,
      depth: parent ? parent.depth + 1 : 0,
    };
    if (workflow !== undefined) origin.workflow = workflow;
    if (parent) origin.parent = parent.id;
    this.origin = origin;
  }

  /** The `$` of this run; with a step, one whose sends say so in their origin. */
  dollar(step?: string): Dollar {
    return this.#intake.dollar(this.id, new StepCapture(this, step));
  }

  now(): number {
    return this.#intake.now();
  }

  warnOfKey(to: Registered, key: string): void {
    this.#intake.warnOfKey(to, key);
  }

  warnOfRead(to: Registered, member: string): void {
    this.#intake.warnOfRead(to, member);
  }

  checkOpen(): void {
    if (this.#open) return;
    const message = `the run ${this.id} has ended, and this send would be lost. Await the work that sends before the run returns; send nothing after it was ended`;
    throw new DestError("DEST_RUN_ENDED", message, { retryable: false });
  }

  nextId(): string {
    return this.#prefix + this.#ordinal;
  }

  add(message: NewMessage): void {
    this.#ordinal += 1;
    this.#captured.push(message);
  }

  /** Ids of what was sent so far, in order. */
  ids(): string[] {
    return Array.from({ length: this.#ordinal }, (_, ordinal) => `${this.id}.${ordinal}`);
  }

  /** Commits what was sent so far; the run goes on. */
  checkpoint(): Promise<void> {
    const after = this.#committing.catch(() => undefined);
    this.#committing = after.then(() => this.#commitCaptured());
    return this.#committing;
  }

  /** Commits the rest and ends the run. Calling it again changes nothing and ends like the first time. */
  commit(): Promise<void> {
    if (this.#end()) this.#committing = this.checkpoint().finally(() => this.#intake.ended(this));
    return this.#committing;
  }

  /** Ends the run; what was not committed at a checkpoint is not sent. */
  discard(): void {
    if (!this.#end()) return;
    this.#captured = [];
    this.#intake.ended(this);
  }

  #end(): boolean {
    const wasOpen = this.#open;
    this.#open = false;
    return wasOpen;
  }

  async #commitCaptured(): Promise<void> {
    const messages = this.#captured;
    if (messages.length === 0) return;
    this.#captured = [];
    const firstOrdinal = this.#ordinal - messages.length;
    const { id: runId, remembered, origin } = this;
    try {
      await this.#intake.accept({
        runId,
        remembered,
        origin,
        acceptedAt: this.now(),
        firstOrdinal,
        messages,
      });
    } catch (error) {
      // A checkpoint that found no room can be tried again.
      this.#captured = [...messages, ...this.#captured];
      throw error;
    }
  }
}

class StepCapture implements Capturing {
  constructor(
    readonly run: Deferral,
    readonly step: string | undefined,
  ) {}

  get remembered(): boolean {
    return this.run.remembered;
  }
  get unknownKeys(): "throw" | "warn" {
    return this.run.unknownKeys;
  }
  now(): number {
    return this.run.now();
  }
  checkOpen(): void {
    this.run.checkOpen();
  }
  nextId(): string {
    return this.run.nextId();
  }
  add(message: NewMessage): void {
    this.run.add(message);
  }
  warnOfKey(to: Registered, key: string): void {
    this.run.warnOfKey(to, key);
  }
  warnOfRead(to: Registered, member: string): void {
    this.run.warnOfRead(to, member);
  }
}
