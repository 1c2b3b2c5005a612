import { join } from "node:path";
import { type Clock, createDest, DestError, defineDestination } from "@dest/core";
import { type ManualClock, manualClock } from "@dest/core/testing";
import { lmdb } from "@dest/lmdb";
import { startChild } from "./child.js";
import { inFolder } from "./folder.js";
import { Ledger } from "./ledger.js";
import { enter } from "./observe.js";
import { type Payload, payload } from "./payload.js";
import { type Random, random } from "./random.js";
import { Receiver, rough } from "./receiver.js";
import { addCounts, type Trial } from "./trial.js";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const rounds = { quick: 6, long: 200 };
const limitMs = 60_000;
const retry = { maxAttempts: 500, minDelay: second, factor: 3, maxDelay: minute, jitter: "none" } as const;

export const clock: Trial = {
  name: "clock",
  about: "the wall clock jumps an hour either way, while running and between two starts",
  run: ({ seed, size }) =>
    inFolder(async (folder) => {
      const ledger = new Ledger();
      let latest = 0;
      for (let round = 0; round < rounds[size]; round++) {
        const draw = random(seed + round);
        const path = join(folder, `outbox ${round}`);
        latest = Math.max(latest, await virtually(`${round}`, draw, path, ledger));
      }
      const really = await reallyJumping(join(folder, "outbox"), seed);
      const faults = [...ledger.verdict().faults, ...really.verdict().faults];
      const notes = [`the last delivery came ${Math.round(latest / second)} s after the service was back`];
      return { ...addCounts(ledger.counts(), really.counts()), faults, notes };
    }),
};

/** Time that passes, and where a process that starts finds the wall clock. In one that runs, `now` never jumps. */
interface Jumping extends Clock {
  readonly passing: ManualClock;
  jump(ms: number): void;
}

function jumpingClock(): Jumping {
  const passing = manualClock();
  let offset = 0;
  return {
    passing,
    now: () => passing.now() + offset,
    random: () => passing.random(),
    after: (ms, fn) => passing.after(ms, fn),
    hold: (work) => passing.hold?.(work),
    jump(ms) {
      offset += ms;
    },
  };
}

/** A service is down for a while and comes back; answers how long after that the last delivery came. */
async function virtually(name: string, draw: Random, path: string, ledger: Ledger): Promise<number> {
  const time = jumpingClock();
  const startedAt = time.passing.now();
  const backAt = startedAt + draw.between(20, 600) * second;
  const attempts = new Map<string, number>();
  let lastAt = backAt;
  let jumps = 0;
  let life = 0;

  const service = defineDestination<readonly [payload: Payload], Payload>(() => ({
    kind: "torture/service",
    apiVersion: 1,
    prepare: (sent) => sent,
    async deliver({ messages: [{ id, value, idempotencyKey }] }) {
      attempts.set(id, (attempts.get(id) ?? 0) + 1);
      if (time.passing.now() < backAt)
        return { status: "retry", error: new DestError("TORTURE_DOWN", "the service is down") };
      ledger.arrive([value], [idempotencyKey], idempotencyKey, life);
      ledger.answer([value], idempotencyKey, life);
      lastAt = time.passing.now();
      return { status: "delivered" };
    },
  }));
  const open = () => {
    life += 1;
    const destinations = { service: service({ retry, pause: false }) };
    const dest = createDest({ destinations, outbox: lmdb({ path }), clock: time });
    dest.on("warning", ({ code, message }) => ledger.faults.add(`unexpected warning ${code}`, message));
    return dest;
  };

  let dest = open();
  for (let run = 0; run < 12; run++) {
    const id = `${name} ${run}`;
    const sends = draw.between(1, 5);
    ledger.announce(id, sends, false);
    await dest.run(($) => {
      for (let at = 0; at < sends; at++) {
        const delay = draw.chance(0.3) ? draw.between(0, 90) * second : 0;
        $.with({ delay }).send.service({ ...payload(id, at) });
      }
    });
    ledger.accept(id, sends);
    await time.passing.advance(draw.between(0, 20) * second);
    if (!draw.chance(0.3)) continue;
    const closing = dest.close({ timeout: 0 });
    await time.passing.advance(5 * second);
    await closing;
    if (draw.chance(0.7)) {
      time.jump(draw.of([-hour, hour]));
      jumps += 1;
    }
    dest = open();
  }
  // Nothing is later than all jumps back together, its own delay and the longest wait between two attempts.
  await time.passing.advance(backAt - startedAt + (jumps + 1) * hour);
  const missing = ledger.missing();
  if (missing.length > 0) ledger.faults.add("messages are stuck", `${name}: ${missing.length}`);

  // With these waits; each jump forward may make one attempt due at once, each new start too.
  const down = (backAt - startedAt) / second;
  const expected = 5 + Math.ceil(down / 60) + jumps + life;
  const most = Math.max(...attempts.values());
  if (most > expected)
    ledger.faults.add("a retry storm", `${name}: ${most} attempts in ${down} s, ${jumps} jumps`);
  const closing = dest.close({ timeout: 0 });
  await time.passing.advance(5 * second);
  const { pending } = await closing;
  if (pending > 0) ledger.faults.add("something is pending in the end", `${name}: ${pending}`);
  return lastAt - backAt;
}

/** A process whose `Date` jumps, with the real clock and a real service. */
async function reallyJumping(path: string, seed: number): Promise<Ledger> {
  const ledger = new Ledger();
  const receiver = new Receiver(ledger, random(seed));
  await receiver.start(2);
  receiver.mood = rough;
  try {
    for (receiver.life = 1; receiver.life <= 2; receiver.life++) {
      let isDrained = false;
      const setup = {
        role: "wall",
        path,
        origins: receiver.origins,
        seed,
        life: receiver.life,
        sends: "http",
      } as const;
      const { hung, code, stderr } = await startChild(
        setup,
        (line) => {
          enter(line, ledger);
          if (line.say === "reached") isDrained = true;
          if (line.say === "rejected") ledger.faults.add("a run was rejected", line.message);
          // One in eight attempts fails: so many for one message are a storm.
          if (line.say === "measured" && line.value > 15)
            ledger.faults.add("a retry storm", `${line.value} attempts`);
        },
        limitMs,
      ).ended;
      if (hung || code !== 0 || !isDrained) ledger.faults.add("it did not end well", hung ? "hung" : stderr);
    }
  } finally {
    await receiver.stop();
  }
  return ledger;
}
