import { expect, test } from "vitest";
import { memoryOutbox } from "../src/index.js";
import { testOutbox } from "../src/testing/index.js";

// What it holds survives its handle, though not its process: closing it while messages are held stands for the end of
// their claimer.
testOutbox({
  test,
  create: memoryOutbox,
  reopen: (closed) => closed,
  crash: (open) => open.close().then(() => open),
});

test("it can be opened by one instance at a time", async () => {
  const outbox = memoryOutbox();
  const context = { wake: () => undefined, warn: () => undefined, now: () => 0, retention: {} };
  await outbox.open(context);
  await expect(outbox.open(context)).rejects.toMatchObject({ code: "DEST_OUTBOX_IN_USE" });
  await outbox.close();
  await outbox.open(context);
});
