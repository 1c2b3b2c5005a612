import { type DestError, invalidOption } from "./errors.js";

export interface Concurrency {
  /** Attempts under way at once. */
  readonly total: number;
  /** Of these, for one group. */
  readonly perGroup: number;
}

/** At most `max` attempts start within any `interval` milliseconds. */
export interface RateLimit {
  readonly max: number;
  readonly interval: number;
}

export interface Retry {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** Milliseconds before the second attempt; later ones wait `factor` times longer each, up to `maxDelay`. */
  readonly minDelay: number;
  readonly factor: number;
  readonly maxDelay: number;
  /** `"full"`: a random part of the delay, so that many failures do not come back at once. */
  readonly jitter: "full" | "none";
  /** Milliseconds from the first attempt after which none is started. */
  readonly maxElapsed: number;
  /** `false`: what may have arrived although it failed (timeout, reset) becomes a dead letter instead of a repeat. */
  readonly ambiguous: boolean;
  /** Last word on an error that would be retried. `attempt` is the number of the one that failed, from 1. */
  readonly shouldRetry?: ((error: DestError, attempt: number) => boolean) | undefined;
}

export interface Pause {
  /** Failures in a row after which a group pauses. */
  readonly after: number;
  /** Milliseconds of the first pause; each later one is twice as long, up to `maxDelay`. */
  readonly minDelay: number;
  readonly maxDelay: number;
}

/** A batch closes at the first of these. */
export interface BatchLimits {
  readonly maxSize: number;
  /** Sum of `sizeOf`. */
  readonly maxBytes: number;
  /** Milliseconds from its oldest message. */
  readonly maxWait: number;
}

/** What every destination's factory takes beside its own options. Durations are milliseconds. */
export interface Policy {
  /** One attempt's time, from start to outcome. Default 30,000. */
  readonly timeout?: number | undefined;
  /** Default `{ total: 50, perGroup: 10 }`; a number sets both. */
  readonly concurrency?: number | Optional<Concurrency> | undefined;
  /** Default none. */
  readonly rateLimit?: RateLimit | undefined;
  /** `false`: one attempt. Default 12 attempts within a day, from 1 s to 1 h apart. */
  readonly retry?: false | Optional<Retry> | undefined;
  /** `false`: never. Default after 5 failures in a row, 1 s to 60 s. */
  readonly pause?: false | Optional<Pause> | undefined;
  /** Default none: every message travels alone. `false` turns a destination's own batching off. */
  readonly batch?: false | Optional<BatchLimits> | undefined;
}

export interface ResolvedPolicy {
  readonly timeout: number;
  readonly concurrency: Concurrency;
  readonly rateLimit: RateLimit | undefined;
  readonly retry: false | Retry;
  readonly pause: false | Pause;
  readonly batch: BatchLimits | undefined;
}

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

const defaults = {
  timeout: 30_000,
  concurrency: { total: 50, perGroup: 10 },
  retry: {
    maxAttempts: 12,
    minDelay: 1_000,
    factor: 3,
    maxDelay: 3_600_000,
    jitter: "full",
    maxElapsed: 86_400_000,
    ambiguous: true,
  },
  pause: { after: 5, minDelay: 1_000, maxDelay: 60_000 },
  batch: { maxSize: 1_000, maxBytes: 5 * 1024 * 1024, maxWait: 1_000 },
} as const satisfies Policy;

export const policyNames = ["timeout", "concurrency", "rateLimit", "retry", "pause", "batch"] as const;

/** Lays the policy part of `over` on `base`: objects key by key, everything else as a whole; `undefined` is absent. */
export function mergePolicies(base: Policy | undefined, over: Policy): Policy {
  const merged: Record<string, unknown> = { ...base };
  for (const name of policyNames) {
    const value = over[name];
    if (value === undefined) continue;
    merged[name] = isRecord(value) ? { ...asRecord(merged[name]), ...present(value) } : value;
  }
  return merged;
}

/** The policy with every default filled in; throws `DEST_INVALID_OPTION` naming what cannot be. */
export function resolvePolicy(name: string, policy: Policy = {}): ResolvedPolicy {
  const { timeout = defaults.timeout, concurrency, rateLimit, retry, pause, batch } = policy;
  const resolved: ResolvedPolicy = {
    timeout,
    concurrency: resolveConcurrency(concurrency),
    rateLimit,
    retry: retry === false ? false : { ...defaults.retry, ...present(retry ?? {}) },
    pause: pause === false ? false : { ...defaults.pause, ...present(pause ?? {}) },
    batch: batch ? { ...defaults.batch, ...present(batch) } : undefined,
  };
  validate(name, resolved);
  return resolved;
}

function resolveConcurrency(given: Policy["concurrency"]): Concurrency {
  if (typeof given === "number") return { total: given, perGroup: given };
  const { total = defaults.concurrency.total, perGroup } = given ?? {};
  return { total, perGroup: perGroup ?? Math.min(defaults.concurrency.perGroup, total) };
}

function validate(
  name: string,
  { timeout, concurrency, rateLimit, retry, pause, batch }: ResolvedPolicy,
): void {
  const check = (path: string, value: number, least: number) => {
    if (typeof value !== "number" || !(value >= least)) {
      throw invalidOption(`${name}: ${path}`, value, `must be a number of at least ${least}`);
    }
  };
  check("timeout", timeout, 1);
  check("concurrency.total", concurrency.total, 1);
  check("concurrency.perGroup", concurrency.perGroup, 1);
  if (rateLimit) {
    check("rateLimit.max", rateLimit.max, 1);
    check("rateLimit.interval", rateLimit.interval, 1);
  }
  if (retry) {
    check("retry.maxAttempts", retry.maxAttempts, 1);
    check("retry.minDelay", retry.minDelay, 0);
    check("retry.factor", retry.factor, 1);
    check("retry.maxDelay", retry.maxDelay, 0);
    check("retry.maxElapsed", retry.maxElapsed, 0);
  }
  if (pause) {
    check("pause.after", pause.after, 1);
    check("pause.minDelay", pause.minDelay, 1);
    check("pause.maxDelay", pause.maxDelay, 1);
  }
  if (batch) {
    check("batch.maxSize", batch.maxSize, 1);
    check("batch.maxBytes", batch.maxBytes, 1);
    check("batch.maxWait", batch.maxWait, 0);
  }
}

function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}
