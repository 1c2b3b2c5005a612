import { createDest } from "@dest/core";
import { email } from "@dest/email";
import { emit } from "@dest/emit";
import { http } from "@dest/http";
import { s3 } from "@dest/s3";
import { sse } from "@dest/sse";
import type { SendFunctionsWrapper } from "@pipedream/types";
import { expectTypeOf, test } from "vitest";

const from = "robot@example.com";

export const dest = createDest({
  destinations: { http: http(), email: email({ from, owner: from }), emit: emit(), s3: s3(), sse: sse() },
});

test("with all five registered, $.send is what Pipedream's types say", () => {
  type Send = ReturnType<typeof dest.begin>["$"]["send"];
  expectTypeOf<Send>().toExtend<SendFunctionsWrapper>();
});
