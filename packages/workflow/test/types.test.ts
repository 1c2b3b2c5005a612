import type { Pipedream } from "@pipedream/types";
import { expect, test } from "vitest";
import { runWorkflow, type StepDollar } from "../src/index.js";
import { setUp, workflowOf } from "./set-up.js";

/** Checked by the compiler: code typed for the hosted product takes our `$`, but for files. */
function hostedCode($: Omit<Pipedream, "files">): void {
  $.export("$summary", "Sent");
  $.send.http({ method: "POST", url: "http://127.0.0.1/" });
  void $.respond({ status: 200, body: "ok" });
}

const takesOurs: (code: ($: Omit<Pipedream, "files">) => void) => ($: StepDollar) => void = (code) => code;

test("our $ is what the published types say of it, and $.files says what to use", async () => {
  expect(takesOurs(hostedCode)).toBe(hostedCode);
  const { dest } = setUp();
  const workflow = workflowOf(({ $ }) => ($ as unknown as Pipedream).files.open("a"));
  const { error } = await runWorkflow(dest, workflow);
  expect(error?.cause).toMatchObject({ code: "DEST_NOT_SUPPORTED" });
  expect(error?.message).toContain("node:fs");
});
