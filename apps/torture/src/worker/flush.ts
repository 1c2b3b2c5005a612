import { openInstance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { runPlan } from "./runs.js";
import { say } from "./say.js";

type Done = (error?: Error) => void;

interface Environment {
  sync(done: Done): void;
}

const heldMs = 300;

/**
 * What a power failure would take is what is not flushed. Every flush of the store goes through `sync` of LMDB's
 * environment. It is held here, and nothing may be promised or sent until it is let go.
 */
export async function flush(setup: Setup): Promise<void> {
  const flushes = await interceptFlushes();
  const dest = openInstance(setup, { batch: { batch: { maxWait: 30 } } });
  await dest.messages.stats();
  const plan = { sends: 5, origin: 0 };

  flushes.hold();
  const held = [0, 1, 2].map((count) => runPlan(dest, setup, { ...plan, run: `held ${count}` }));
  await pause(heldMs);
  say({ say: "reached", point: "not acknowledged" });
  flushes.release();
  await Promise.all(held);
  await dest.flush({ timeout: 3_000 });

  // What is accepted waits for its batch, which may not be sent before its members are fixed on the disk.
  await runPlan(dest, { ...setup, sends: "batch" }, { ...plan, run: "sealed" });
  flushes.hold();
  await pause(heldMs);
  say({ say: "reached", point: "not sealed" });
  flushes.release();
  await dest.flush({ timeout: 3_000 });

  flushes.fail();
  await runPlan(dest, setup, { ...plan, run: "failed" });
  flushes.release();
  await runPlan(dest, setup, { ...plan, run: "after" });
  await dest.flush({ timeout: 3_000 });
  await dest.close();
  say({ say: "reached", point: "drained" });
}

/** Environments that are opened from now on flush through what this answers. */
async function interceptFlushes() {
  const internals = await import(new URL("./native.js", import.meta.resolve("lmdb")).href);
  const { nativeAddon, setNativeFunctions } = internals as {
    nativeAddon: { readonly Env: new () => Environment };
    setNativeFunctions(functions: object): void;
  };
  let waiting: (() => void)[] = [];
  let mode: "through" | "hold" | "fail" = "through";
  class HeldEnv extends nativeAddon.Env {
    override sync(done: Done): void {
      if (mode === "through") super.sync(done);
      else if (mode === "fail") setImmediate(done, new Error("Input/output error"));
      else waiting.push(() => super.sync(done));
    }
  }
  setNativeFunctions(Object.assign(Object.create(nativeAddon), { Env: HeldEnv }));
  return {
    hold() {
      mode = "hold";
    },
    fail() {
      mode = "fail";
    },
    release() {
      mode = "through";
      for (const go of waiting) go();
      waiting = [];
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
