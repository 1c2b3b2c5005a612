import { invalidOption } from "@dest/core";
import type { SignOptions } from "./sign.js";

/** Options of `http()` beside the policy every destination takes. */
export interface HttpOptions {
  /**
   * `"follow"` (default): up to 5 redirects within one attempt, method and body by the Fetch standard. Another origin
   * gets no credentials, no signature and no header of your own. `"error"`: a redirect is a dead letter.
   */
  readonly redirect?: "follow" | "error" | undefined;
  /** Default: requests are not signed. */
  readonly sign?: SignOptions | undefined;
}

export const optionNames = ["redirect", "sign"] as const satisfies readonly (keyof HttpOptions)[];

/** Throws `DEST_INVALID_OPTION` if `value` is given and none of these. */
export function oneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value as string)) return;
  throw invalidOption(name, value, `must be ${allowed.map((one) => JSON.stringify(one)).join(" or ")}`);
}
