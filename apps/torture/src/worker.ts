// The program that dies: accepts and delivers as it is told, and says on descriptor 3 what it was promised.
import { DestError } from "@dest/core";
import { drain } from "./worker/drain.js";
import { fill } from "./worker/fill.js";
import { flush } from "./worker/flush.js";
import { load } from "./worker/load.js";
import { network } from "./worker/network.js";
import type { Setup } from "./worker/protocol.js";
import { listen, say } from "./worker/say.js";
import { shutdown } from "./worker/shutdown.js";
import { wall } from "./worker/wall.js";

const roles = { load, drain, fill, network, shutdown, wall, flush };

listen();
const setup = JSON.parse(process.argv[2] as string) as Setup;
try {
  await roles[setup.role](setup);
  process.exit();
} catch (error) {
  if (!DestError.is(error)) throw error;
  say({ say: "failed", code: error.code, message: error.message });
  process.exit(75);
}
