import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

const ok = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
const chunk = Buffer.alloc(64 * 1024, "x");
const gigabyte = 2 ** 30;

/** What a service may do to its client after a request, by name. */
const behaviours: Readonly<Record<string, (socket: Socket) => void>> = {
  resets: (socket) => void socket.resetAndDestroy(),
  "resets in the answer": (socket) => {
    socket.write(`${ok}content-length: 1000\r\n\r\nbeginning`, () => socket.resetAndDestroy());
  },
  "never answers": () => undefined,
  "answers byte by byte": (socket) => drip(socket, `${ok}content-length: 100000\r\n\r\n`),
  "sends its head byte by byte": (socket) => drip(socket, `${ok}x-long: ${"x".repeat(100_000)}`),
  "sends less than its Content-Length": (socket) =>
    void socket.write(`${ok}content-length: 1000\r\n\r\nshort`),
  "sends more than its Content-Length": (socket) =>
    void socket.write(`${ok}content-length: 5\r\n\r\n${"long".repeat(99)}`),
  "closes in the middle of its body": (socket) => void socket.end(`${ok}content-length: 1000\r\n\r\nhalf`),
  "answers a gigabyte": (socket) => pour(socket, `${ok}content-length: ${gigabyte}\r\n\r\n`, gigabyte),
  "answers without an end": (socket) => pour(socket, `${ok}\r\n`, Number.POSITIVE_INFINITY),
  "answers what is no HTTP": (socket) => void socket.write("\u0000\u0001 hello\r\n\r\n"),
  "answers a huge head": (socket) => pour(socket, `${ok}x-huge: `, Number.POSITIVE_INFINITY),
};

export interface HostileServers {
  /** In the order of `names`. */
  readonly origins: readonly string[];
  readonly names: readonly string[];
  stop(): Promise<void>;
}

export async function startHostileServers(): Promise<HostileServers> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const origins: string[] = [];
  for (const behave of Object.values(behaviours)) {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
      socket.once("data", () => behave(socket));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    origins.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  return {
    origins,
    names: Object.keys(behaviours),
    async stop() {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) {
        server.close();
        await once(server, "close");
      }
    },
  };
}

/** One byte at a time, and never the last. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(text[at] ?? "x");
    at += 1;
  }, 20);
  socket.on("close", () => clearInterval(timer));
}

/** As fast as the client reads. */
function pour(socket: Socket, head: string, bytes: number): void {
  socket.write(head);
  let left = bytes;
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on("drain", more);
  more();
}
