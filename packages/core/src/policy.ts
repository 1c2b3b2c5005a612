import { type DestError, invalidOption } from "./errors.js";
import { refuseUnknownOptions } from "./unknown-keys.js";

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
    const before = spelledOut(merged[name]);
    merged[name] = isRecord(value) ? { ...(isRecord(before) ? before : {}), ...present(value) } : value;
  }
  return merged;
}

interface Rule {
  readonly must: string;
  holds(value: unknown): boolean;
}

const atLeast = (least: number): Rule => ({
  must: `must be a number of at least ${least}`,
  holds: (value) => typeof value === "number" && value >= least,
});
const whole: Rule = {
  must: "must be a whole number of at least 1",
  holds: (value) => Number.isInteger(value) && (value as number) >= 1,
};

const timeoutRule = atLeast(1);
const rules: { readonly [part: string]: { readonly [member: string]: Rule } } = {
  concurrency: { total: whole, perGroup: whole },
  rateLimit: { max: whole, interval: atLeast(1) },
  retry: {
    maxAttempts: atLeast(1),
    minDelay: atLeast(0),
    factor: atLeast(1),
    maxDelay: atLeast(0),
    jitter: { must: 'must be "full" or "none"', holds: (value) => value === "full" || value === "none" },
    maxElapsed: atLeast(0),
    ambiguous: { must: "must be true or false", holds: (value) => typeof value === "boolean" },
    shouldRetry: { must: "must be a function", holds: (value) => typeof value === "function" },
  },
  pause: { after: atLeast(1), minDelay: atLeast(1), maxDelay: atLeast(1) },
  batch: { maxSize: atLeast(1), maxBytes: atLeast(1), maxWait: atLeast(0) },
};

/** The policy with every default filled in; throws `DEST_INVALID_OPTION` naming what cannot be. */
export function resolvePolicy(name: string, policy: Policy = {}): ResolvedPolicy {
  validate(name, policy);
  const { timeout = defaults.timeout, concurrency, rateLimit, retry, pause, batch } = policy;
  return {
    timeout,
    concurrency: resolveConcurrency(concurrency),
    rateLimit,
    retry: retry === false ? false : { ...defaults.retry, ...present(retry ?? {}) },
    pause: pause === false ? false : { ...defaults.pause, ...present(pause ?? {}) },
    batch: batch ? { ...defaults.batch, ...present(batch) } : undefined,
  };
}

function resolveConcurrency(given: Policy["concurrency"]): Concurrency {
  const { total = defaults.concurrency.total, perGroup } = spelledOut(given ?? {}) as Partial<Concurrency>;
  return { total, perGroup: perGroup ?? Math.min(defaults.concurrency.perGroup, total) };
}

// Also what the types exclude: options come from JavaScript and from files, too.
function validate(name: string, policy: Policy): void {
  if (policy.timeout !== undefined) check(`${name}: timeout`, policy.timeout, timeoutRule);
  for (const [part, members] of Object.entries(rules)) {
    const path = `${name}: ${part}`;
    const given: unknown = policy[part as keyof Policy];
    const mayBeFalse = part === "retry" || part === "pause" || part === "batch";
    if (given === undefined || (given === false && mayBeFalse)) continue;
    const value = part === "concurrency" ? spelledOut(given) : given;
    if (!isRecord(value)) {
      const other = part === "concurrency" ? "a number or " : mayBeFalse ? "false or " : "";
      throw invalidOption(path, given, `must be ${other}an object`);
    }
    refuseUnknownOptions(path, value, Object.keys(members));
    for (const [member, rule] of Object.entries(members)) {
      const hasDefault = part !== "rateLimit";
      if (value[member] === undefined && hasDefault) continue;
      check(`${path}.${member}`, value[member], rule);
    }
  }
}

function check(path: string, value: unknown, { must, holds }: Rule): void {
  if (!holds(value)) throw invalidOption(path, value, must);
}

/** A number of concurrency stands for both. */
function spelledOut(part: unknown): unknown {
  return typeof part === "number" ? { total: part, perGroup: part } : part;
}

function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
