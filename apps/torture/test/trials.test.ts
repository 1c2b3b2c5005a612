import { expect, test } from "vitest";
import { newSeed } from "../src/random.js";
import { holds, measure, type Row } from "../src/trial.js";
import { trials } from "../src/trials.js";

const seed = newSeed();
const kills: Readonly<Record<string, number>> = { kill: 25, batch: 10, s3: 10, sql: 10 };
// Nothing is measured: a trial that takes longer than this hangs.
const patience = 240_000;

for (const trial of trials) {
  test.concurrent(
    `${trial.name}: nothing is lost, nothing comes that should not`,
    async (context) => {
      console.info(`pnpm torture --trial ${trial.name} --seed ${seed} --quick`);
      const row = await measure(trial, { seed, kills: kills[trial.name] ?? 0, size: "quick" });
      if (row.skipped !== undefined) {
        console.info(`${trial.name} is skipped: ${row.skipped}`);
        context.skip(row.skipped);
      }
      context
        .expect(withoutFigures(row), `seed ${seed}`)
        .toEqual({ lost: 0, phantom: 0, faults: [], holds: true });
      context.expect(row.accepted).toBeGreaterThan(0);
      // What was not promised may be delivered all the same: the promise died with the process.
      if (trial.name !== "corrupt") context.expect(row.delivered).toBeGreaterThanOrEqual(row.accepted);
    },
    patience,
  );
}

function withoutFigures(row: Row) {
  return { lost: row.lost, phantom: row.phantom, faults: row.faults, holds: holds(row) };
}

test("every trial has a name of its own", () => {
  expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length);
});
