import { createDest } from "@dest/core";
import type { SendFunctionsWrapper } from "@pipedream/types";
import { expectTypeOf, test } from "vitest";
import { sse } from "../src/index.js";

// Exported, so that its declaration must be writable with public names only.
export const live = sse({ authorize: "public" });
export const dest = createDest({ destinations: { sse: live, other: sse({ timeout: 1_000 }) } });

test("$.send.sse takes what Pipedream's types say", () => {
  type Send = ReturnType<typeof dest.begin>["$"]["send"];
  expectTypeOf<Send["sse"]>().toExtend<SendFunctionsWrapper["sse"]>();
});
