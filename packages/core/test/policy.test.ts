import { describe, expect, test } from "vitest";
import { defineDestination } from "../src/destination.js";
import { mergePolicies, type Policy, resolvePolicy } from "../src/policy.js";
import { thrownBy } from "./thrown-by.js";

const defaults = {
  timeout: 30_000,
  concurrency: { total: 50, perGroup: 10 },
  rateLimit: undefined,
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
  batch: undefined,
};

describe("what is not said has a default", () => {
  test("all of it", () => {
    expect(resolvePolicy("http")).toStrictEqual(defaults);
    expect(resolvePolicy("http", {})).toStrictEqual(defaults);
  });

  test("undefined is the same as absent, also within a part", () => {
    const policy: Policy = {
      timeout: undefined,
      concurrency: { total: undefined },
      rateLimit: undefined,
      retry: { factor: undefined, shouldRetry: undefined },
      pause: undefined,
      batch: undefined,
    };
    expect(resolvePolicy("http", policy)).toStrictEqual(defaults);
  });

  test("a part that is given keeps the defaults of what it leaves out", () => {
    const { retry, pause } = resolvePolicy("http", { retry: { maxAttempts: 3 }, pause: { after: 1 } });
    expect(retry).toStrictEqual({ ...defaults.retry, maxAttempts: 3 });
    expect(pause).toStrictEqual({ ...defaults.pause, after: 1 });
  });

  test("a batch has limits once there is one", () => {
    const { batch } = resolvePolicy("s3", { batch: { maxWait: 60_000 } });
    expect(batch).toStrictEqual({ maxSize: 1_000, maxBytes: 5 * 1024 * 1024, maxWait: 60_000 });
  });
});

describe("concurrency", () => {
  test.each([
    [8, { total: 8, perGroup: 8 }],
    [{ total: 4 }, { total: 4, perGroup: 4 }],
    [{ total: 100 }, { total: 100, perGroup: 10 }],
    [{ perGroup: 2 }, { total: 50, perGroup: 2 }],
  ])("%j means %j", (given, meant) => {
    expect(resolvePolicy("http", { concurrency: given }).concurrency).toStrictEqual(meant);
  });
});

test("false turns retry, pause and batch off", () => {
  const { retry, pause, batch } = resolvePolicy("s3", { retry: false, pause: false, batch: false });
  expect({ retry, pause, batch }).toStrictEqual({ retry: false, pause: false, batch: undefined });
});

describe("what the user says is laid over what the plugin says", () => {
  const plugin: Policy = {
    timeout: 5_000,
    concurrency: 2,
    rateLimit: { max: 10, interval: 1_000 },
    retry: { maxAttempts: 3, minDelay: 10 },
    pause: false,
    batch: { maxSize: 100, maxWait: 60_000 },
  };

  const cases: readonly (readonly [user: Policy, part: Policy])[] = [
    [{ timeout: 1 }, { timeout: 1 }],
    [{ timeout: undefined }, { timeout: 5_000 }],
    [{ retry: { minDelay: 20, factor: undefined } }, { retry: { maxAttempts: 3, minDelay: 20 } }],
    [{ retry: { minDelay: undefined } }, { retry: { maxAttempts: 3, minDelay: 10 } }],
    [{ retry: false }, { retry: false }],
    [{ pause: { after: 2 } }, { pause: { after: 2 } }],
    [{ batch: { maxSize: 1 } }, { batch: { maxSize: 1, maxWait: 60_000 } }],
    [{ batch: false }, { batch: false }],
    [{ concurrency: { perGroup: 1 } }, { concurrency: { total: 2, perGroup: 1 } }],
    [{ concurrency: 7 }, { concurrency: 7 }],
    [{ rateLimit: { max: 1, interval: 1 } }, { rateLimit: { max: 1, interval: 1 } }],
  ];

  test.each(cases)("%j", (user, part) => {
    expect(mergePolicies(plugin, user)).toStrictEqual({ ...plugin, ...part });
  });

  test("in every factory, and a plugin's own options stay out of it", () => {
    const make = defineDestination<[string], string, { region?: string }>(() => ({
      kind: "test",
      apiVersion: 1,
      policy: plugin,
      prepare: (text) => text,
      deliver: async () => ({ status: "delivered" }),
    }));
    expect(make().policy).toStrictEqual(plugin);
    expect(make({ region: "eu", timeout: 1 }).policy).toStrictEqual({ ...plugin, timeout: 1 });
  });

  test("without changing either", () => {
    const before = structuredClone(plugin);
    mergePolicies(plugin, { retry: { minDelay: 1 } });
    expect(plugin).toStrictEqual(before);
  });
});

describe("a value that cannot be is refused by name", () => {
  const invalid: readonly (readonly [path: string, policy: object])[] = [
    ["timeout", { timeout: 0 }],
    ["timeout", { timeout: "5s" }],
    ["concurrency", { concurrency: "5" }],
    ["concurrency.total", { concurrency: 0 }],
    ["concurrency.total", { concurrency: { total: 1.5 } }],
    ["concurrency.perGroup", { concurrency: { perGroup: Number.NaN } }],
    ["rateLimit", { rateLimit: 5 }],
    ["rateLimit.max", { rateLimit: { max: 0, interval: 1_000 } }],
    ["rateLimit.max", { rateLimit: { max: Number.POSITIVE_INFINITY, interval: 1_000 } }],
    ["rateLimit.max", { rateLimit: { interval: 1_000 } }],
    ["rateLimit.interval", { rateLimit: { max: 5 } }],
    ["retry", { retry: true }],
    ["retry", { retry: 3 }],
    ["retry.maxAttempts", { retry: { maxAttempts: 0 } }],
    ["retry.minDelay", { retry: { minDelay: -1 } }],
    ["retry.factor", { retry: { factor: 0.5 } }],
    ["retry.maxDelay", { retry: { maxDelay: null } }],
    ["retry.jitter", { retry: { jitter: "half" } }],
    ["retry.maxElapsed", { retry: { maxElapsed: "1d" } }],
    ["retry.ambiguous", { retry: { ambiguous: "no" } }],
    ["retry.shouldRetry", { retry: { shouldRetry: true } }],
    ["pause", { pause: true }],
    ["pause.after", { pause: { after: 0 } }],
    ["pause.minDelay", { pause: { minDelay: 0 } }],
    ["pause.maxDelay", { pause: { maxDelay: 0 } }],
    ["batch", { batch: true }],
    ["batch.maxSize", { batch: { maxSize: 0 } }],
    ["batch.maxBytes", { batch: { maxBytes: 0 } }],
    ["batch.maxWait", { batch: { maxWait: -1 } }],
  ];

  test.each(invalid)("%s in %j", (path, policy) => {
    const error = thrownBy(() => resolvePolicy("destinations.audit", policy as Policy));
    expect(error.code).toBe("DEST_INVALID_OPTION");
    expect(error.message).toMatch(new RegExp(`^destinations\\.audit: ${path.replace(".", "\\.")}: must be`));
  });

  test("a misspelt member is refused too, and the right one suggested", () => {
    const error = thrownBy(() => resolvePolicy("audit", { retry: { maxAttemps: 3 } } as Policy));
    expect(error.code).toBe("DEST_INVALID_OPTION");
    expect(error.message).toContain("audit: retry: unknown option maxAttemps (did you mean maxAttempts?)");
  });
});
