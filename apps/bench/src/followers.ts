// The program that sse-fanout.ts starts: clients that read all they are sent, and count its bytes.
import { Agent, get, type IncomingMessage } from "node:http";

const [url = "", clients = "0"] = process.argv.slice(2);
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });

let bytes = 0;
let wanted = Number.POSITIVE_INFINITY;

await Promise.all(Array.from({ length: Number(clients) }, follow));
process.send?.("connected");

// Whatever is asked for is answered once it is there.
process.on("message", (count: number) => {
  wanted = count;
  look();
});
process.on("disconnect", () => process.exit());

async function follow(): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { agent }, resolve).on("error", reject),
  );
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    look();
  });
}

function look(): void {
  if (bytes < wanted) return;
  bytes -= wanted;
  wanted = Number.POSITIVE_INFINITY;
  process.send?.("read");
}
