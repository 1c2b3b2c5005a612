import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { Random } from "./random.js";

/** As in the stores of `@dest/lmdb`. */
const page = 16_384;

interface Damage {
  readonly name: string;
  /** Changes the file; answers what it did. */
  readonly apply: (file: number, size: number, draw: Random) => string;
}

export const damages: readonly Damage[] = [
  { name: "a byte", apply: (file, size, draw) => flip(file, draw, 1, 0, size) },
  { name: "bytes", apply: (file, size, draw) => flip(file, draw, draw.between(2, 64), 0, size) },
  { name: "bytes of the head", apply: (file, _, draw) => flip(file, draw, draw.between(1, 16), 0, 2 * page) },
  {
    name: "a page",
    apply(file, size, draw) {
      const at = draw.between(0, Math.floor(size / page) - 1);
      writeSync(file, Buffer.alloc(page), 0, page, at * page);
      return `page ${at} is zero`;
    },
  },
  {
    name: "the end",
    apply(file, size, draw) {
      const left = draw.between(0, size - 1);
      ftruncateSync(file, left);
      return `cut to ${left} of ${size} bytes`;
    },
  },
  {
    name: "everything",
    apply(file) {
      ftruncateSync(file, 0);
      return "emptied";
    },
  },
  {
    name: "noise",
    apply(file, size, draw) {
      const at = draw.between(0, size - 1);
      const noise = Buffer.from(
        Array.from({ length: draw.between(1, 3 * page) }, () => draw.between(0, 255)),
      );
      writeSync(file, noise, 0, noise.length, at);
      return `${noise.length} bytes of noise at ${at}`;
    },
  },
];

/** Damages a file that nobody has open; answers what was done. */
export function damage(path: string, kind: Damage, draw: Random): string {
  const file = openSync(path, "r+");
  try {
    return kind.apply(file, fstatSync(file).size, draw);
  } finally {
    closeSync(file);
  }
}

function flip(file: number, draw: Random, count: number, from: number, to: number): string {
  const byte = Buffer.alloc(1);
  const places: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = draw.between(from, to - 1);
    readSync(file, byte, 0, 1, at);
    byte[0] = (byte[0] as number) ^ draw.between(1, 255);
    writeSync(file, byte, 0, 1, at);
    places.push(at);
  }
  return `bytes changed at ${places.slice(0, 8).join(", ")}${count > 8 ? " …" : ""}`;
}
