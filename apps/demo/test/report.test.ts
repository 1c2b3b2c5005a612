import type { DeliveryRecord } from "@dest/core";
import { expect, test } from "vitest";
import { arrivalLines, messageTable, reasons, summary } from "../src/report.js";

const plain = (_: unknown, text: string) => text;

function record(id: string, others: Partial<DeliveryRecord> = {}): DeliveryRecord {
  const origin = { runId: "r", depth: 0 };
  return {
    id,
    destination: "http",
    group: "",
    status: "pending",
    origin,
    acceptedAt: 0,
    availableAt: 0,
    attempts: [],
    ...others,
  };
}

test("the table's columns are aligned, numbers to the right", () => {
  const records = [
    record("r.0", {
      status: "delivered",
      attempts: [{ startedAt: 0, durationMs: 7, outcome: "delivered", response: { status: 204 } }],
    }),
    record("r.10", {
      status: "retrying",
      attempts: [
        { startedAt: 0, durationMs: 1_000, outcome: "retry", response: { status: 503 } },
        { startedAt: 0, durationMs: 234, outcome: "retry" },
      ],
    }),
  ];
  expect(messageTable(records, plain)).toEqual([
    "id    destination  status     attempts  duration  response",
    "r.0   http         delivered         1      7 ms       204",
    "r.10  http         retrying          2   1234 ms         -",
  ]);
});

test("colours do not shift columns", () => {
  const marked = (_: unknown, text: string) => `<${text}>`;
  const [, ...rows] = messageTable([record("r.0"), record("r.1", { status: "delivered" })], marked);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
});

test("each reason is told once, with how many messages it holds up", () => {
  const error = { code: "DEST_NETWORK", message: "refused" };
  const attempts = [{ startedAt: 0, durationMs: 1, outcome: "retry" as const, error }];
  const records = [
    record("a", { status: "retrying", attempts }),
    record("b", { status: "retrying", attempts }),
    record("c", { status: "dead", error: { code: "DEST_EXPIRED", message: "too late" } }),
    record("d", { status: "delivered", attempts }),
  ];
  expect(reasons(records)).toEqual(["2 retrying: DEST_NETWORK: refused", "1 dead: DEST_EXPIRED: too late"]);
});

test("of many arrivals the first are shown, and how many more there were", () => {
  const arrivals = Array.from({ length: 12 }, (_, n) => ({ method: "POST", path: `/${n}`, body: "{}" }));
  const shown = arrivalLines(arrivals);
  expect(shown[0]).toBe("The receiver got 12 requests:");
  expect(shown).toHaveLength(12);
  expect(shown.at(-1)).toBe("  and 2 more");
  expect(arrivalLines([])).toEqual([]);
});

test("the closing line says all that went wrong", () => {
  const counts = { total: 6, delivered: 3, dead: 1, retrying: 2 };
  const line = summary({ counts, ms: 1_234, ranWell: false }, plain);
  expect(line).toContain("3 of 6 delivered in 1.2 s, 1 dead, 2 given up, a step failed.");
});
