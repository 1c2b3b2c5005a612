import { badInput } from "./bad-input.js";
import { clock } from "./clock.js";
import { corrupt } from "./corrupt.js";
import { diskFull } from "./disk-full.js";
import { batch, kill, objects, rows } from "./kill.js";
import { network } from "./network.js";
import { power } from "./power.js";
import { shutdown } from "./shutdown.js";
import type { Trial } from "./trial.js";

export const trials: readonly Trial[] = [
  kill,
  batch,
  objects,
  rows,
  power,
  diskFull,
  corrupt,
  network,
  clock,
  badInput,
  shutdown,
];
