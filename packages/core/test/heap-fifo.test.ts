import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fifo } from "../src/fifo.js";
import { Heap } from "../src/heap.js";

/** What is done to a queue: a number goes in, `take` takes one out, `drain` all. */
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: fc.integer() }, fc.constantFrom("take", "take")), {
  maxLength: 200,
  size: "max",
});

describe("a heap", () => {
  test("gives the least of what it holds, as a sorted array would", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const heap = new Heap<number>((a, b) => a < b);
        const sorted: number[] = [];
        for (const step of given) {
          if (typeof step === "number") {
            heap.push(step);
            sorted.push(step);
            sorted.sort((a, b) => a - b);
          } else {
            expect(heap.pop()).toBe(sorted.shift());
          }
          expect(heap.peek()).toBe(sorted[0]);
          expect(heap.size).toBe(sorted.length);
        }
      }),
    );
  });

  test("holds equal items as often as they were put in", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 })), (items) => {
        const heap = new Heap<number>((a, b) => a < b);
        for (const item of items) heap.push(item);
        expect(items.map(() => heap.pop())).toEqual([...items].sort((a, b) => a - b));
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});

describe("a fifo", () => {
  test("gives what it holds in order, as an array would", () => {
    const withDrain = fc.array(fc.oneof(steps, fc.constant(["drain"] as const)), { maxLength: 5 });
    fc.assert(
      fc.property(withDrain, (given) => {
        const fifo = new Fifo<number>();
        let array: number[] = [];
        for (const step of given.flat()) {
          if (typeof step === "number") {
            fifo.push(step);
            array.push(step);
          } else if (step === "drain") {
            expect(fifo.drain()).toEqual(array);
            array = [];
          } else {
            expect(fifo.shift()).toBe(array.shift());
          }
          expect(fifo.peek()).toBe(array[0]);
          expect(fifo.size).toBe(array.length);
        }
      }),
    );
  });

  test("loses nothing where it makes room", () => {
    const fifo = new Fifo<number>();
    const taken: (number | undefined)[] = [];
    for (let i = 0; i < 10_000; i++) {
      fifo.push(i);
      if (i % 3 > 0) taken.push(fifo.shift());
    }
    expect(fifo.size).toBe(10_000 - taken.length);
    expect([...taken, ...fifo.drain()]).toEqual([...Array(10_000).keys()]);
    expect(fifo.size).toBe(0);
  });
});
