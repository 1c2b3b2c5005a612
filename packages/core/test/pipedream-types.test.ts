import type { SendFunctionsWrapper } from "@pipedream/types";
import { expect, test } from "vitest";
import { createDest, type Destination } from "../src/index.js";
import { recordingDestination } from "../src/testing/index.js";

type Taking<Argument> = Destination<readonly [request: Argument], unknown>;
const taking = <Argument>() => recordingDestination() as unknown as Taking<Argument>;

/** The five of the published types, taking what the contract says they take. */
const dest = createDest({
  destinations: {
    http: taking<{ url: string | URL; method?: string | undefined; data?: string | object | undefined }>(),
    email: taking<{ subject: string; text?: string | undefined; html?: string | undefined }>(),
    emit: taking<{ raw_event: unknown }>(),
    s3: taking<{ bucket: string; prefix?: string | undefined; payload: string | object }>(),
    sse: taking<{ channel: string; payload: unknown }>(),
  },
});

/** Checked by the compiler: code typed for the hosted product takes ours. */
function hostedCode(send: SendFunctionsWrapper): void {
  send.http({ method: "POST", url: "http://127.0.0.1/", data: { name: "Luke" } });
  send.s3({ bucket: "b", prefix: "p/", payload: [1] });
}

test("$.send type-checks against SendFunctionsWrapper when the five are registered", async () => {
  const run = dest.begin();
  hostedCode(run.$.send);
  expect(run.ids()).toHaveLength(2);
});
