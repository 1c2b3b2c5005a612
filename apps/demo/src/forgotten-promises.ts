import { DestError } from "@dest/core";
import { complain } from "./output.js";

/**
 * What fails outside of a step, in a promise or callback that nobody awaited, is shown instead of ending the program:
 * what was sent is still to be delivered.
 */
export function forgottenPromises(): { readonly any: boolean } {
  const seen = { any: false };
  process.on("uncaughtException", (thrown) => {
    if (DestError.is(thrown) && thrown.code === "DEST_FLOW_EXIT") return;
    seen.any = true;
    const [first, frame = ""] = (thrown instanceof Error ? (thrown.stack ?? "") : String(thrown)).split("\n");
    complain(`outside of any step, ${first}\n${frame}`.trimEnd());
  });
  return seen;
}
