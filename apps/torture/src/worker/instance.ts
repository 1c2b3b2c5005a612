import { type Clock, createDest, type Policy } from "@dest/core";
import { http } from "@dest/http";
import { lmdb } from "@dest/lmdb";
import { s3 } from "@dest/s3";
import { sql } from "@dest/sql";
import { databaseOf } from "../stored-rows.js";
import { batches } from "./batches.js";
import { mutate } from "./mutants.js";
import type { Setup } from "./protocol.js";
import { say } from "./say.js";
import { stuck } from "./stuck.js";

export interface InstanceOptions {
  readonly policy?: Policy;
  /** Over the policy, for the one that batches. */
  readonly batch?: Policy;
  readonly isStuck?: boolean;
}

/** Faults are over soon here, and no message is given up because of them. */
const eager = {
  timeout: 10_000,
  retry: { maxAttempts: 10_000, minDelay: 5, factor: 2, maxDelay: 80 },
  pause: { after: 5, minDelay: 10, maxDelay: 100 },
} satisfies Policy;

const store = {
  region: "torture",
  credentials: { accessKeyId: "torture", secretAccessKey: "torture" },
  batch: { maxSize: 50, maxBytes: 64 * 1_024, maxWait: 50 },
};

export type Instance = ReturnType<typeof openInstance>;

/** The instance under trial, on the outbox of the trial. Its warnings are said. */
export function openInstance({ path, mutant, hoursLater, origins }: Setup, options: InstanceOptions = {}) {
  const { policy = eager, batch = {}, isStuck = false } = options;
  const dest = createDest({
    destinations: {
      http: http(policy),
      batch: batches({ ...policy, ...batch }),
      s3: s3({ ...store, endpoint: origins[0], ...policy }),
      sql: sql({ batch: store.batch, path: databaseOf(path), ...policy }),
      stuck: stuck({ ...policy, isStuck }),
    },
    outbox: mutate(lmdb({ path }), mutant),
    clock: hoursLater === undefined ? undefined : ahead(hoursLater * 3_600_000),
  });
  dest.on("warning", ({ code, message }) => say({ say: "warning", code, message }));
  return dest;
}

function ahead(ms: number): Clock {
  return {
    now: () => performance.timeOrigin + performance.now() + ms,
    random: Math.random,
    after(wait, fn, keepAlive = false) {
      const timer = setTimeout(fn, Math.min(Math.max(wait, 0), 2 ** 31 - 1));
      if (!keepAlive) timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
