import { answers } from "./answers.js";
import { batches } from "./batches.js";
import type {
  AnyDestinationTest,
  DestinationCapability,
  DestinationCase,
  DestinationService,
  DestinationTest,
} from "./kit.js";
import { life } from "./life.js";
import { prepared } from "./prepared.js";
import { secrets } from "./secrets.js";
import { shape } from "./shape.js";
import { Subject } from "./subject.js";

export const destinationCases: readonly DestinationCase[] = [
  ...shape,
  ...prepared,
  ...answers,
  ...batches,
  ...life,
  ...secrets,
];

/**
 * Registers a test for each thing the contract of a destination asks. They deliver to your service through an instance
 * in virtual time, with the destination's own policy but for `retry`, `pause`, `rateLimit` and the wait of a batch; the
 * values have been through a serialization, as if from an outbox on disk.
 */
export function testDestination<Args extends readonly unknown[], Service extends DestinationService>(
  kit: DestinationTest<Args, Service>,
): void {
  const anyKit = kit as unknown as AnyDestinationTest;
  for (const { name, needs, run } of destinationCases) {
    const reason = needs && reasonAgainst(anyKit, needs);
    if (reason !== undefined) {
      console.log(`left out: ${name}: ${reason}`);
      continue;
    }
    kit.test(name, async () => {
      const started: Subject[] = [];
      try {
        await run(async () => {
          const subject = await Subject.start(anyKit);
          started.push(subject);
          return subject;
        }, anyKit);
      } finally {
        for (const subject of started) await subject.end();
      }
    });
  }
}

function reasonAgainst(kit: AnyDestinationTest, needs: DestinationCapability): string | undefined {
  const reason = kit.cannot?.[needs];
  if (reason !== undefined || (needs !== "invalid" && needs !== "secrets")) return reason;
  if (kit[needs]?.length) return undefined;
  throw new Error(
    `testDestination: ${needs} is missing; a destination without any says why in cannot.${needs}`,
  );
}
