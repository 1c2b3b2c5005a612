import { DestError } from "@dest/core";
import { type DestinationService, type ServiceAnswer, type Taken, testDestination } from "@dest/core/testing";
import { test } from "vitest";
import { emit, type ListenerContext } from "../src/index.js";

interface Service extends DestinationService {
  listener(event: { number: number }, context: ListenerContext): Promise<void>;
}

testDestination({
  test,
  serve(answer: () => ServiceAnswer): Service {
    const taken: Taken[] = [];
    return {
      async listener({ number }, { id, signal }) {
        const told = answer();
        if (told === "transient") throw new Error("not now");
        if (told === "permanent") throw new DestError("TEST_NEVER", "never", { retryable: false });
        if (told !== "accept")
          return new Promise((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
        taken.push({ call: number, key: id });
      },
      taken: () => taken,
      close() {},
    };
  },
  create({ listener }) {
    const bus = emit();
    bus.on({}, listener);
    return bus;
  },
  call: (number) => [{ number, text: `event ${number}` }],
  invalid: [
    { args: [undefined], path: "the event" },
    { args: [{ list: [new Map()] }], path: "the event.list.0" },
    { args: [{ raw_event: { at: new Set() } }], path: "raw_event.at" },
    { args: [{}, "" as string], path: "channel" },
  ],
  cannot: {
    partial: "each message is an event of its own",
    throttle: "a listener that throws does not say for how long",
    secrets: "an event has no place for a secret, and there are no options with one",
  },
});
