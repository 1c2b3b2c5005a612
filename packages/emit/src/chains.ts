/** More than there can be under way in one loop. */
const most = 10_000;

/** Who emitted, and who before that, for runs that began with an event: to show how a loop went. */
export class Chains {
  readonly #byRun = new Map<string, readonly string[]>();

  /** The emitters up to and with this run's own. */
  of(runId: string, emitter: string): readonly string[] {
    return [...(this.#byRun.get(runId) ?? []), emitter];
  }

  /** A listener's run begins, after these. */
  begin(runId: string, chain: readonly string[]): void {
    this.#byRun.delete(runId);
    this.#byRun.set(runId, chain);
    if (this.#byRun.size <= most) return;
    const [oldest] = this.#byRun.keys();
    this.#byRun.delete(oldest as string);
  }
}
