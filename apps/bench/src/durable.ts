import type { Outbox } from "@dest/core";
import { lmdb } from "@dest/lmdb";
import type { Sides } from "./benchmark.js";
import { scratch } from "./scratch.js";

/** Gives the sides a durable outbox in a directory that is removed with them. */
export async function withDurable(setUp: (outbox: Outbox) => Promise<Sides>): Promise<Sides> {
  const { path, remove } = scratch();
  const sides = await setUp(lmdb({ path }));
  return {
    ...sides,
    async tearDown() {
      await sides.tearDown();
      remove();
    },
  };
}
