import { inspect } from "node:util";
import { expect } from "vitest";

/** What tests put wherever a secret may stand. It is never to be seen again but by the receiver. */
const planted = "PLANTED";

/** As it is, and in base64 at each of the three places a byte has there. */
const forms = [planted, ...[0, 1, 2].map(base64At)];

// The characters at both ends depend on its neighbours too.
function base64At(place: number): string {
  const text = Buffer.from("-".repeat(place) + planted).toString("base64");
  return text.slice(Math.ceil((place * 4) / 3), Math.floor(((place + planted.length) * 4) / 3));
}

export function expectNoSecret(...shown: readonly unknown[]): void {
  for (const one of shown) {
    const texts = [JSON.stringify(one) ?? "", inspect(one, { depth: Number.POSITIVE_INFINITY })];
    for (const form of forms) for (const text of texts) expect(text).not.toContain(form);
  }
}
