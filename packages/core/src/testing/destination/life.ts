import { check, same } from "../check.js";
import { withHeld } from "./async-work.js";
import type { DestinationCase } from "./kit.js";

const closes = "close resolves";

/** From open to close, and again. */
export const life: readonly DestinationCase[] = [
  {
    name: "it can be closed while it delivers, which ends the attempt",
    needs: "silent",
    async run(subject) {
      const x = await subject();
      x.answers("silent");
      await x.send(0);
      await x.arrived(1);
      await x.close("close resolves while deliver waits for an answer");
      await x.until("deliver ends when the instance closes", () => x.attempts[0]?.isOver === true);
      const settled = x.events.filter(({ event }) => event === "delivered" || event === "dead");
      check(settled.length === 0, "what was not answered is neither delivered nor dead", settled);
    },
  },
  {
    name: "once closed it keeps nothing open",
    run: (subject, kit) =>
      withHeld(async (held) => {
        const x = await subject();
        await x.send(0);
        await x.ends("delivered", "what the service accepts is delivered");
        if (kit.cannot?.silent === undefined) {
          x.answers("silent");
          await x.send(1);
          await x.arrived(2);
        }
        await x.close(closes);
        const contract =
          "after close nothing of the destination keeps the process alive: no timer, no socket";
        await x.untilTurned(contract, held);
      }),
  },
  {
    name: "it can be opened again after it was closed",
    async run(subject) {
      const x = await subject();
      await x.send(0);
      await x.ends("delivered", "what the service accepts is delivered");
      await x.close(closes);
      x.open();
      await x.send(1);
      await x.ends("delivered", "open after close makes it as good as new");
      same(await x.takenCalls(), [0, 1], "the service has each once");
    },
  },
];
