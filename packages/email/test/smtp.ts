import { type AddressInfo, createServer, type Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";
import { Queue } from "./queue.js";

export interface ReceivedMail {
  /** As it was sent, with the end of each line. */
  readonly raw: Buffer;
  readonly mail: ParsedMail;
  /** The recipients the server was told and took. */
  readonly recipients: readonly string[];
  readonly sender: string;
  readonly user: string | undefined;
  readonly secure: boolean;
}

/** What becomes of a mail that arrived whole; `drop` closes the connection instead of answering. */
export type Verdict = string | undefined | "drop" | "silence";

export interface Behaviour extends SMTPServerOptions {
  /** A reply such as `"450 4.2.0 greylisted"` refuses the recipient; undefined accepts it. `attempt` counts its RCPTs. */
  readonly recipient?: (address: string, attempt: number) => string | undefined;
  /** The like for the whole, after its last line. `attempt` counts all mails, from 1. */
  readonly data?: (attempt: number) => Verdict;
  /** `"closed"` ends every connection when the content begins to arrive. */
  readonly content?: "closed";
}

export interface SmtpReceiver {
  readonly port: number;
  /** `smtp://127.0.0.1:<port>` */
  readonly url: string;
  /** All that arrived whole, also what was refused then. */
  readonly arrived: readonly ReceivedMail[];
  /** What the server said it would deliver. */
  readonly accepted: readonly ReceivedMail[];
  readonly connections: number;
  readonly open: number;
  /** Closes every connection. */
  closeAll(): void;
  /** Resolves with the next mail that this was not called for yet, before it is answered. */
  next(): Promise<ReceivedMail>;
}

/** A real SMTP server, closed when the test ends. */
export async function smtpReceiver({
  recipient,
  data,
  content,
  ...options
}: Behaviour = {}): Promise<SmtpReceiver> {
  const arrived: ReceivedMail[] = [];
  const accepted: ReceivedMail[] = [];
  const queue = new Queue<ReceivedMail>();
  const asked = new Map<string, number>();
  const sockets = new Set<Socket>();
  const closeAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    disabledCommands: options.key === undefined ? ["STARTTLS"] : [],
    size: 50_000_000,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onRcptTo({ address }, _session, done) {
      const attempt = (asked.get(address) ?? 0) + 1;
      asked.set(address, attempt);
      done(refusal(recipient?.(address, attempt)));
    },
    async onData(stream, session, done) {
      if (content === "closed") return closeAll();
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks);
      const received: ReceivedMail = {
        raw,
        mail: await simpleParser(raw),
        recipients: session.envelope.rcptTo.map(({ address }) => address),
        sender: session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address,
        user: session.user as unknown as string | undefined,
        secure: session.secure,
      };
      arrived.push(received);
      const verdict = data?.(arrived.length);
      if (verdict === undefined) accepted.push(received);
      queue.push(received);
      if (verdict === "silence") return;
      if (verdict === "drop") closeAll();
      else done(refusal(verdict));
    },
    ...options,
  });
  // A client that goes away is no fault of the server's.
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    closeAll();
    server.close();
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    arrived,
    accepted,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    closeAll,
    next: () => queue.next(),
  };
}

/** The error that makes the server give this reply. */
function refusal(reply: string | undefined): Error | null {
  if (reply === undefined) return null;
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}

/** A port at which nobody listens. */
export async function nobody(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
