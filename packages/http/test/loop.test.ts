import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

test("the loop over names: no request before the run has ended, run resolved before the first answer, four after", async () => {
  const history: string[] = [];
  const { origin, requests, next } = await receiver((response) => {
    history.push("answered");
    response.end();
  });
  const { dest, clock } = setUp();
  await dest.run(async ($) => {
    for (const name of ["Luke", "Han", "Leia", "Obi Wan"]) {
      $.send.http({ method: "POST", url: origin, data: { name } });
      for (let turns = 0; turns < 10; turns++) await turn();
    }
    await clock.advance(60_000);
    expect(requests).toEqual([]);
  });
  history.push("run resolved");
  for (let count = 0; count < 4; count++) await next();
  expect(history).toEqual(["run resolved", ...Array(4).fill("answered")]);
  const names = requests.map(({ body }) => (JSON.parse(body.toString()) as { name: string }).name);
  expect(names.sort()).toEqual(["Han", "Leia", "Luke", "Obi Wan"]);
});
