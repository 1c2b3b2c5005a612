import { createDest } from "@dest/core";
import type { SendFunctionsWrapper } from "@pipedream/types";
import { expectTypeOf, test } from "vitest";
import { s3 } from "../src/index.js";

// Exported, so that its declaration must be writable with public names only.
export const dest = createDest({ destinations: { s3: s3(), archive: s3({ compression: "none" }) } });

test("$.send.s3 takes what Pipedream's types say", () => {
  type Send = ReturnType<typeof dest.begin>["$"]["send"];
  expectTypeOf<Send["s3"]>().toExtend<SendFunctionsWrapper["s3"]>();
});
