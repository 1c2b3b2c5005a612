import type { DestError } from "../../errors.js";
import type {
  AttemptRecord,
  ClaimRequest,
  NewMessage,
  Outbox,
  Retention,
  RunCommit,
  SealedBatch,
  Settlement,
  StoredMessage,
} from "../../outbox.js";
import type { OutboxTest } from "./test-outbox.js";

export const delivered: AttemptRecord = { startedAt: 1, durationMs: 2, outcome: "delivered" };
export const failed: AttemptRecord = {
  startedAt: 1,
  durationMs: 2,
  outcome: "retry",
  error: { code: "DEST_TEST", message: "not now" },
};

const destination = "x";
const none: ReadonlySet<string> = new Set();

/** The outbox under test, with short words for what the cases do to it. */
export class Subject {
  readonly warnings: DestError[] = [];
  woken = 0;
  now = 1_000_000;
  #runs = 0;

  private constructor(
    public outbox: Outbox,
    readonly kit: OutboxTest,
    readonly retention: Retention,
  ) {}

  static async open(kit: OutboxTest, retention: Retention = {}): Promise<Subject> {
    const subject = new Subject(await kit.create(), kit, retention);
    await subject.#open();
    return subject;
  }

  async #open(): Promise<void> {
    await this.outbox.open({
      wake: () => {
        this.woken += 1;
      },
      warn: (error) => {
        this.warnings.push(error);
      },
      now: () => this.now,
      retention: this.retention,
    });
  }

  /** Closes this handle and opens another on the same store. */
  async reopen(): Promise<void> {
    await this.outbox.close();
    this.outbox = (await this.kit.reopen?.(this.outbox)) ?? this.outbox;
    await this.#open();
  }

  /** The process of this handle dies; another opens the store. */
  async crash(): Promise<void> {
    this.outbox = (await this.kit.crash?.(this.outbox)) ?? this.outbox;
    await this.#open();
  }

  /** One run with these messages; an id alone is enough. */
  async append(...messages: (string | (Partial<NewMessage> & { id: string }))[]): Promise<void> {
    await this.commit({ messages: messages.map(toMessage) });
  }

  async commit(run: Partial<RunCommit>): Promise<{ readonly added: number } | void> {
    const runId = run.runId ?? `run${this.#runs++}`;
    const origin = { runId, depth: 0 };
    const defaults = {
      runId,
      remembered: false,
      acceptedAt: this.now,
      origin,
      firstOrdinal: 0,
      messages: [],
    };
    return this.outbox.append({ ...defaults, ...run });
  }

  async claim(request: Partial<ClaimRequest> = {}): Promise<{
    ids: string[];
    messages: readonly StoredMessage[];
    batches: readonly SealedBatch[];
    nextAt: number | undefined;
  }> {
    const limits = { messages: 1_000, batches: 100, perGroup: 1_000, full: none, paused: none };
    const answer = await this.outbox.claim({ destination, now: this.now, ...limits, ...request });
    const { messages, batches, nextAt } = answer;
    return { ids: messages.map(({ id }) => id), messages, batches, nextAt };
  }

  async settle(...settlements: Settlement[]): Promise<void> {
    await this.outbox.settle(settlements);
  }

  async deliver(...ids: string[]): Promise<void> {
    await this.settle(...ids.map((id): Settlement => ({ to: "delivered", ids: [id], attempt: delivered })));
  }

  async kill(...ids: string[]): Promise<void> {
    await this.settle(...ids.map((id): Settlement => ({ to: "dead", ids: [id], attempt: failed })));
  }

  async retry(id: string, inMs: number): Promise<void> {
    const availableAt = this.now + inMs;
    await this.settle({ to: "retry", ids: [id], attempt: failed, availableAt, batch: "dissolve" });
  }

  async seal(id: string, messages: readonly StoredMessage[]): Promise<void> {
    const [{ group, batchKey: key = "" }] = messages as [StoredMessage];
    await this.outbox.seal({ id, destination, group, key, sealedAt: this.now, messages });
  }

  async statuses(...ids: string[]): Promise<(string | undefined)[]> {
    const records = await Promise.all(ids.map((id) => this.outbox.get(id)));
    return records.map((record) => record?.status);
  }
}

function toMessage(message: string | (Partial<NewMessage> & { id: string })): NewMessage {
  const given = typeof message === "string" ? { id: message } : message;
  return { destination, group: "", bytes: 1, value: { of: given.id }, ...given };
}
