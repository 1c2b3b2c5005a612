import type { Clock } from "./clock.js";
import type { RunOptions } from "./deferral.js";
import type { AnyDestination, OpenContext } from "./destination.js";
import { asError, DestError } from "./errors.js";
import type { Registered } from "./registry.js";

/** Opens each destination once, when it is first needed, and closes those that were opened. */
export class Opener {
  readonly #clock: Clock;
  readonly #warn: (error: DestError) => void;
  readonly #begin: (options: RunOptions) => object;
  readonly #opened = new Set<AnyDestination>();
  readonly #opening = new Map<AnyDestination, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(clock: Clock, warn: (error: DestError) => void, begin: (options: RunOptions) => object) {
    this.#clock = clock;
    this.#warn = warn;
    this.#begin = begin;
  }

  /** Undefined once it is open. A failure is not remembered: the next call tries again. */
  open(to: Registered): Promise<void> | undefined {
    const { destination } = to;
    if (this.#opened.has(destination)) return undefined;
    let opening = this.#opening.get(destination);
    if (!opening) {
      opening = this.#open(to);
      this.#opening.set(destination, opening);
      // Noted by the promise's first reaction: whoever waits goes on right after it, before anyone who comes later.
      const ended = () => void this.#opening.delete(destination);
      opening
        .then(
          () => this.#opened.add(destination),
          () => undefined,
        )
        .then(ended);
    }
    return opening;
  }

  context({ name, policy }: Registered): OpenContext {
    const warn = (message: string) =>
      this.#warn(new DestError("DEST_DESTINATION_WARNING", `${name}: ${message}`));
    const begin = this.#begin as OpenContext["begin"];
    return { name, policy, signal: this.#closing.signal, clock: this.#clock, warn, begin };
  }

  /** Ends what destinations do outside their attempts. */
  abort(): void {
    this.#closing.abort(new DestError("DEST_CLOSED", "dest is closing"));
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#opened].map(async (destination) => {
        try {
          await destination.close?.();
        } catch (thrown) {
          const cause = asError(thrown);
          this.#warn(
            new DestError("DEST_CLOSE_FAILED", `closing ${destination.kind} failed: ${cause.message}`, {
              cause,
            }),
          );
        }
      }),
    );
    this.#opened.clear();
  }

  async #open(to: Registered): Promise<void> {
    try {
      await to.destination.open?.(this.context(to));
    } catch (thrown) {
      if (DestError.is(thrown)) throw thrown;
      const cause = asError(thrown);
      throw new DestError("DEST_OPEN_FAILED", `${to.name} could not be opened: ${cause.message}`, { cause });
    }
  }
}
