import { expect, test } from "vitest";
import { Ledger } from "../src/ledger.js";
import { payload } from "../src/payload.js";

function arrive(
  ledger: Ledger,
  run: string,
  at: number,
  { life = 1, key = `${run}.${at}`, isAnswered = true, line = "" } = {},
) {
  const sent = payload(run, at, line === "" ? undefined : line);
  ledger.arrive([sent], [key], key, life);
  if (isAnswered) ledger.answer([sent], key, life);
}

test("what was promised and did not arrive is lost", () => {
  const ledger = new Ledger();
  ledger.announce("a", 2, false);
  ledger.accept("a", 2);
  arrive(ledger, "a", 0);
  arrive(ledger, "a", 1, { isAnswered: false });
  expect(ledger.counts()).toEqual({ accepted: 2, delivered: 1, duplicated: 0, lost: 1, phantom: 0 });
});

test("what was announced arrives although its promise died with the process", () => {
  const ledger = new Ledger();
  ledger.announce("a", 1, false);
  arrive(ledger, "a", 0);
  expect(ledger.counts()).toEqual({ accepted: 0, delivered: 1, duplicated: 0, lost: 0, phantom: 0 });
});

test("what arrives before its announcement is heard is no phantom: the two come by two ways", () => {
  const ledger = new Ledger();
  arrive(ledger, "a", 0);
  expect(ledger.counts().phantom).toBe(1);
  ledger.announce("a", 1, false);
  expect(ledger.counts().phantom).toBe(0);
});

test("what was discarded, rejected, never announced or changed is a phantom", () => {
  const ledger = new Ledger();
  ledger.announce("discarded", 1, true);
  ledger.announce("rejected", 1, false);
  ledger.announce("changed", 1, false);
  arrive(ledger, "discarded", 0);
  arrive(ledger, "rejected", 0);
  ledger.reject("rejected");
  arrive(ledger, "unknown", 0);
  ledger.arrive([{ ...payload("changed", 0), text: "other" }], ["changed.0"], "changed.0", 1);
  expect(ledger.counts().phantom).toBe(4);
});

test("a duplicate after a kill is counted, and one without a kill, or under another key, is a fault", () => {
  const ledger = new Ledger();
  ledger.announce("a", 1, false);
  arrive(ledger, "a", 0, { life: 1 });
  arrive(ledger, "a", 0, { life: 2 });
  expect(ledger.counts().duplicated).toBe(1);
  expect(ledger.faults.list()).toEqual([]);
  arrive(ledger, "a", 0, { life: 2 });
  arrive(ledger, "a", 0, { life: 3, key: "other" });
  expect(ledger.faults.list()).toEqual([
    "a message came again after its success was answered, without a kill: a#0",
    "a message came again under another key: a.0, other",
  ]);
});

test("two sends of an order key under way at once are a fault, and so is the wrong order", () => {
  const ledger = new Ledger();
  for (const run of ["a", "b", "c"]) ledger.announce(run, 1, false, "line");
  arrive(ledger, "a", 0, { isAnswered: false, line: "line" });
  arrive(ledger, "c", 0, { line: "line" });
  arrive(ledger, "a", 0, { line: "line" });
  arrive(ledger, "b", 0, { line: "line" });
  ledger.judgeOrder();
  expect(ledger.faults.list()).toEqual([
    "an order key had two under way, or out of order (3 times): line: c.0 after a.0; line: a.0 after ; line: b.0 after ",
  ]);
});

test("a message is dead by its id, and by its key once it is known which is which", () => {
  const ledger = new Ledger();
  ledger.named("a", ["msg_0", "msg_1"]);
  ledger.died(["msg_1", "bat_0"]);
  expect(["a#0", "a#1", "msg_0", "msg_1", "bat_0"].map((id) => ledger.isDead(id))).toEqual([
    false,
    true,
    false,
    true,
    true,
  ]);
});
