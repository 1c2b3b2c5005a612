import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import { atExit } from "./at-exit.js";
import { scratch } from "./scratch.js";

export interface LocalRedis {
  readonly connection: Redis;
  /** Forgets everything. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export function lackingRedis(): string | undefined {
  const { status } = spawnSync("redis-server", ["--version"]);
  return status === 0 ? undefined : "redis-server is not there";
}

/** A server of our own, with an append-only file that is flushed every second: what a queue in production has. */
export async function startRedis(): Promise<LocalRedis> {
  const directory = scratch();
  const port = await freePort();
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: directory.path,
    appendonly: "yes",
    appendfsync: "everysec",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn("redis-server", [...options, "--save", "", "--loglevel", "warning"], {
    stdio: "ignore",
  });
  const exited = once(server, "exit");
  const kill = atExit(() => server.kill("SIGKILL"));
  // BullMQ demands that requests are never given up.
  const connection = new Redis({ port, host: "127.0.0.1", maxRetriesPerRequest: null });
  connection.on("error", () => undefined);
  await Promise.race([
    connection.ping(),
    exited.then(([code]) => {
      throw new Error(`redis-server ended at once, with ${code}`);
    }),
  ]);
  return {
    connection,
    empty: async () => void (await connection.flushall()),
    async stop() {
      connection.disconnect();
      kill();
      await exited;
      directory.remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
