import { DestError } from "@dest/core";
import { type Filter, type Listener, matches, type Target } from "./listener.js";

/** Who is to be called for an event. Its id is the same on every attempt. */
export interface Called {
  readonly id: string;
  readonly target: Target;
}

/** Who listens to what. */
export class Listeners {
  readonly #own = new Map<string, { readonly filter: Filter; readonly listener: Listener }>();
  readonly #named = new Map<string, Target>();
  /** By listener, what it is subscribed to. */
  readonly #subscriptions = new Map<string, Filter[]>();
  #count = 0;

  on(filter: Filter, listener: Listener, given: string | undefined): () => void {
    this.#count += 1;
    // A message whose attempt was interrupted finds its listeners again where they are added in the same order.
    const id = given ?? `on-${this.#count}`;
    if (this.#own.has(id) || this.#named.has(id)) throw taken(id);
    this.#own.set(id, { filter, listener });
    return () => void this.#own.delete(id);
  }

  listen(id: string, target: Target): () => void {
    if (this.#own.has(id) || this.#named.has(id)) throw taken(id);
    this.#named.set(id, target);
    return () => {
      this.#named.delete(id);
      this.#subscriptions.delete(id);
    };
  }

  isNamed(id: string): boolean {
    return this.#named.has(id);
  }

  /** Subscribing twice is the same as once. */
  subscribe(id: string, { emitter, event }: Filter): void {
    const filters = this.#subscriptions.get(id) ?? [];
    if (!filters.some((one) => one.emitter === emitter && one.event === event))
      filters.push({ emitter, event });
    this.#subscriptions.set(id, filters);
  }

  /** Answers whether there was such a subscription. */
  unsubscribe(id: string, { emitter, event }: Filter): boolean {
    const filters = this.#subscriptions.get(id) ?? [];
    const left = filters.filter((one) => one.emitter !== emitter || one.event !== event);
    this.#subscriptions.set(id, left);
    return left.length < filters.length;
  }

  /** Each once, however many of its subscriptions match. */
  of(emitter: string, name: string | null): Called[] {
    const called: Called[] = [];
    for (const [id, { filter, listener }] of this.#own)
      if (matches(filter, emitter, name)) called.push({ id, target: listener });
    for (const [id, filters] of this.#subscriptions) {
      const target = this.#named.get(id);
      if (target !== undefined && filters.some((filter) => matches(filter, emitter, name)))
        called.push({ id, target });
    }
    return called;
  }
}

function taken(id: string): DestError {
  return new DestError(
    "DEST_EMIT_TAKEN",
    `a listener is called ${JSON.stringify(id)} already: choose another id`,
    {
      retryable: false,
    },
  );
}
