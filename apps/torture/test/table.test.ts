import { expect, test } from "vitest";
import { table } from "../src/table.js";
import { noCounts } from "../src/trial.js";

test("a row for each trial, and below what the figures do not say", () => {
  const rows = [
    {
      trial: "kill",
      accepted: 10,
      delivered: 9,
      duplicated: 0,
      lost: 1,
      phantom: 0,
      seconds: 1.25,
      faults: ["lost: a#1"],
      notes: ["3 kills"],
    },
    { ...noCounts, trial: "disk-full", seconds: 0, faults: [], notes: [], skipped: "no tmpfs" },
  ];
  expect(table(rows).split("\n")).toEqual([
    "           accepted  delivered  duplicated  lost  phantom  seconds  held",
    "kill             10          9           0     1        0      1.3  NO",
    "disk-full                                                           skipped: no tmpfs",
    "",
    "kill: FAULT lost: a#1",
    "kill: 3 kills",
  ]);
});
