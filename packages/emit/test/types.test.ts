import { createDest } from "@dest/core";
import type { SendFunctionsWrapper } from "@pipedream/types";
import { expectTypeOf, test } from "vitest";
import { emit } from "../src/index.js";

// Exported, so that its declaration must be writable with public names only.
export const bus = emit({ authorize: "public" });
export const dest = createDest({ destinations: { emit: bus, other: emit({ timeout: 1_000 }) } });

test("$.send.emit takes what Pipedream's types say", () => {
  type Send = ReturnType<typeof dest.begin>["$"]["send"];
  expectTypeOf<Send["emit"]>().toExtend<SendFunctionsWrapper["emit"]>();
});
