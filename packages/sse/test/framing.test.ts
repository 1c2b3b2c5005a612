import { createParser } from "eventsource-parser";
import { expect, test } from "vitest";
import { type PreparedEvent, prepare } from "../src/event.js";
import { frame } from "../src/frame.js";

const rounds = 5_000;
const nasty = [
  "\n",
  "\r",
  "\r\n",
  "\0",
  "\u2028",
  "\u2029",
  "\ud800",
  "\udc00",
  "\ufeff",
  ":",
  " ",
  "data: ",
  "id: 7\n",
];
const pieces = [...nasty, "event: x\n", "\n\n", "retry: 1\n", "a", "日本", "🎉", '"', "\\"];

/** Numbers of a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("whatever a payload or channel holds, a client gets that one event or the call is refused", () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  console.info(`SEED=${seed}`);
  const draw = random(seed);
  const text = () =>
    Array.from({ length: 1 + Math.floor(draw() * 5) }, () => pieces[Math.floor(draw() * pieces.length)]).join(
      "",
    );
  let taken = 0;
  for (let round = 0; round < rounds; round++) {
    const event = { channel: text(), payload: { [text()]: [text(), text()] } };
    let prepared: PreparedEvent;
    try {
      prepared = prepare(event);
    } catch (error) {
      expect(error, `SEED=${seed}`).toMatchObject({ code: "DEST_INVALID_PAYLOAD" });
      expect(event.channel).toMatch(/[\r\n\0]|\p{Surrogate}/u);
      continue;
    }
    taken += 1;
    const seen: unknown[] = [];
    const parser = createParser({
      onEvent: (one) => seen.push(one),
      onRetry: (ms) => seen.push(ms),
      onError: (error) => seen.push(error),
    });
    parser.feed(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(frame("m-1", prepared.channel, prepared.data)),
    );
    const data = JSON.stringify(event.payload);
    expect(seen, `SEED=${seed}`).toEqual([{ id: "m-1", event: event.channel, data }]);
  }
  expect(taken).toBeGreaterThan(rounds / 20);
});
