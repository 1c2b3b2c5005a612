import { execFile } from "node:child_process";
import { describe, expect, test } from "vitest";

const core = new URL("../dist/index.js", import.meta.url).href;
const testing = new URL("../dist/testing/index.js", import.meta.url).href;

/** Runs a program of its own against the built package. */
function program(
  body: string,
): Promise<{ code: number | null; signal: string | null; out: string; err: string }> {
  const source = `
    import { createDest, DestError } from ${JSON.stringify(core)};
    import { recordingDestination } from ${JSON.stringify(testing)};
    ${body}`;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["--input-type=module", "-e", source], (_error, out, err) => {
      resolve({ code: child.exitCode, signal: child.signalCode, out, err });
    });
  });
}

describe("a program that never calls close", () => {
  test("delivers what it sent, open batches too, and exits by itself", async () => {
    const { code, out, err } = await program(`
      const answer = ({ messages }) => (console.log(messages.map(({ value }) => value).join()), { status: "delivered" });
      const batch = { maxWait: 3_600_000 };
      const dest = createDest({ destinations: { x: recordingDestination({ answer }), b: recordingDestination({ answer, batch }) } });
      const idle = createDest({ destinations: { y: recordingDestination() } });
      await dest.run(($) => [$.send.x("alone"), $.send.b("one"), $.send.b("two")]);
    `);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe("alone\none,two\n");
  });

  test("is told which messages a memory outbox loses with it", async () => {
    const { code, err } = await program(`
      const error = new DestError("DEST_TEST", "not now");
      const x = recordingDestination({ answer: () => ({ status: "retry", error, afterMs: 3_600_000 }) });
      const dest = createDest({ destinations: { x } });
      await dest.run(($) => $.send.x(1), { runId: "order-17" });
    `);
    expect(code).toBe(0);
    expect(err).toMatch(/DEST_PENDING_LOST.*order-17\.0 \(x\)/);
  });
});

test("closeOn closes on the signal, then lets it end the process", async () => {
  const { signal, out } = await program(`
    const answer = ({ messages }) => (console.log(messages.length), { status: "delivered" });
    const x = recordingDestination({ answer, batch: { maxWait: 3_600_000 } });
    const dest = createDest({ destinations: { x }, closeOn: ["SIGTERM"] });
    await dest.run(($) => [$.send.x(1), $.send.x(2)]);
    setInterval(() => {}, 1_000);
    process.kill(process.pid, "SIGTERM");
  `);
  expect({ signal, out }).toEqual({ signal: "SIGTERM", out: "2\n" });
});
