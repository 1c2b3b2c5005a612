import { inspect } from "node:util";
import { check } from "../check.js";
import type { DestinationCase, ServiceAnswer } from "./kit.js";
import type { Subject } from "./subject.js";

const allAnswers: readonly ServiceAnswer[] = [
  "accept",
  "transient",
  "permanent",
  "throttle",
  "silent",
  "partial",
];

export const secrets: readonly DestinationCase[] = [
  {
    name: "no record, event or error shows a secret, however an attempt ends",
    needs: "secrets",
    async run(subject, kit) {
      const cannot: { readonly [name: string]: string | undefined } = kit.cannot ?? {};
      const forms = (kit.secrets ?? []).flatMap(formsOf);
      for (const answer of allAnswers) {
        if (cannot[answer] !== undefined) continue;
        const x = await subject();
        x.answers(answer);
        await x.send(0, 1);
        if (answer === "silent") {
          await x.arrived(1);
          await x.clock.advance(x.timeout);
        }
        for (const _ of [0, 1]) await x.ended(`an attempt that is answered with ${answer} ends`);
        const { items } = await x.dest.messages.list();
        const outcomes = x.attempts.map((attempt) => attempt.answer);
        for (const [place, shown] of Object.entries({ records: items, events: x.events, outcomes }))
          checkHidden(shown, forms, `after ${answer}, in ${place}`);
      }
      const x = await subject();
      for (const { args } of kit.invalid ?? [])
        checkHidden(refusalOf(x, args), forms, "in the error of a refused call");
    },
  },
];

function formsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
}

function checkHidden(shown: unknown, forms: readonly string[], place: string): void {
  const everything = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity };
  for (const text of [inspect(shown, everything), JSON.stringify(shown) ?? ""]) {
    const found = forms.map((form) => text.indexOf(form)).find((at) => at >= 0);
    const around = found === undefined ? "" : text.slice(Math.max(0, found - 60), found + 60);
    check(
      found === undefined,
      "a secret is in no record, event or error: say what is wrong without quoting it",
      {
        place,
        around,
      },
    );
  }
}

function refusalOf({ destination }: Subject, args: readonly unknown[]): unknown {
  try {
    destination.prepare(...args);
    return undefined;
  } catch (error) {
    return error;
  }
}
