import { type DestinationService, type Taken, testDestination } from "@dest/core/testing";
import { test } from "vitest";
import { type Sse, sse } from "../src/index.js";
import { Reader } from "./reader.js";

interface Follower extends DestinationService {
  follow(live: Sse): void;
  arrived(): void;
}

const payload = { text: "an event" };
const here = "it publishes in this process, where nothing";

testDestination({
  test,
  serve(answer): Follower {
    let published: Sse | undefined;
    return {
      follow(live) {
        published = live;
      },
      arrived: () => void answer(),
      /** What whoever connects now is sent. */
      async taken(): Promise<Taken[]> {
        const request = new Request("http://127.0.0.1/pipelines/default/sse");
        const response = await (published as Sse).fetch(request);
        const reader = new Reader(response);
        const taken: Taken[] = [];
        // The history is there at once; a stream without any would be waited for.
        const end = setTimeout(() => void reader.leave(), 20);
        await reader.untilEnd();
        clearTimeout(end);
        for (const { id, data } of reader.events)
          taken.push({ call: (JSON.parse(data) as { number: number }).number, key: id });
        return taken;
      },
      close() {},
    };
  },
  create(service) {
    const live = sse({ authorize: "public" });
    service.follow(live);
    return {
      ...live,
      deliver(batch, context) {
        service.arrived();
        return live.deliver(batch, context);
      },
    };
  },
  call: (number) => [{ channel: "people", payload: { number, name: `Luke ${number}` } }],
  invalid: [
    { args: [undefined], path: "the event" },
    { args: [{ payload }], path: "channel" },
    { args: [{ channel: "", payload }], path: "channel" },
    { args: [{ channel: "a\ndata: b", payload }], path: "channel" },
    { args: [{ channel: "a\0", payload }], path: "channel" },
    { args: [{ channel: "a" }], path: "payload" },
    { args: [{ channel: "a", payload: { list: [new Map()] } }], path: "payload.list.0" },
  ],
  cannot: {
    transient: `${here} fails for now`,
    permanent: `${here} is refused`,
    throttle: `${here} asks to wait`,
    silent: `${here} is waited for`,
    partial: "each message is an event of its own",
    secrets: "an event has no place for a secret, and there are no options with one",
  },
});
