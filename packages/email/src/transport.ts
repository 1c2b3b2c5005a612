import type { Readable } from "node:stream";
import type { ResolvedPolicy } from "@dest/core";
import {
  createTransport,
  type SESTransportOptions,
  type SendMailOptions,
  type SendmailTransportOptions,
  type SMTPPoolOptions,
} from "nodemailer";

/** Nodemailer's options: of SMTP, or of its sendmail and SES transports. */
export type SmtpOptions = SMTPPoolOptions | SendmailTransportOptions | SESTransportOptions;

/** A mail as nodemailer's `sendMail` takes it. */
export type OutgoingMail = SendMailOptions & {
  readonly envelope: { readonly from: string; readonly to: string[] };
  readonly messageId: string;
};

/** What `sendMail` tells of a mail the server took. Where `rejected` is absent, all recipients were accepted. */
export interface SentMail {
  readonly rejected?: readonly unknown[] | undefined;
  /** One error for each of `rejected`, with its `recipient` and the server's `response`. */
  readonly rejectedErrors?: readonly Error[] | undefined;
  readonly response?: string | undefined;
}

/** The part of a nodemailer transport that is used. */
export interface MailTransport {
  sendMail(mail: OutgoingMail): Promise<SentMail>;
  verify?(): Promise<unknown>;
  close?(): unknown;
}

/** A transport made here, which can tell how far a mail came. */
export interface OwnTransport extends MailTransport {
  /** Whether the mail of this signal was sent to its end: without that no server keeps it (RFC 5321, 4.1.1.10). */
  wasSentWhole(signal: AbortSignal): boolean;
}

export function isTransport(transport: unknown): transport is MailTransport {
  return typeof (transport as { sendMail?: unknown } | null | undefined)?.sendMail === "function";
}

/** Milliseconds after which an idle connection is closed: until then it keeps the program from exiting. */
const idleTimeout = 1_000;

const longestTimer = 2 ** 31 - 1;

/** Starts nothing yet but what nodemailer needs to queue. */
export function openTransport(options: string | SmtpOptions, policy: ResolvedPolicy): OwnTransport {
  const transport = createTransport(withLimits(options, policy));
  const streams = new WeakMap<AbortSignal, Readable>();
  transport.use("stream", ({ data, message }, done) => {
    const { signal } = data as { signal?: AbortSignal };
    if (message && signal) {
      const createReadStream = message.createReadStream.bind(message);
      message.createReadStream = (...args) => {
        const stream = createReadStream(...args);
        streams.set(signal, stream);
        return stream;
      };
    }
    done();
  });
  return {
    sendMail: (mail) => transport.sendMail(mail),
    verify: () => transport.verify(),
    close: () => transport.close(),
    wasSentWhole: (signal) => streams.get(signal)?.readableEnded === true,
  };
}

// The attempt's one time limit is core's: nodemailer's are there for connections that nobody waits for any more.
function withLimits(given: string | SmtpOptions, { timeout, concurrency }: ResolvedPolicy): SMTPPoolOptions {
  const options = typeof given === "string" ? { url: given } : given;
  const isOther = "sendmail" in options || "SES" in options;
  const limit = Math.min(timeout + 1_000, longestTimer);
  return {
    ...(isOther ? {} : { pool: true }),
    maxConnections: concurrency.perGroup,
    // One: for a kept connection that the server had closed. All other retries are core's.
    maxRequeues: 1,
    idleTimeout,
    connectionTimeout: limit,
    greetingTimeout: limit,
    socketTimeout: limit,
    dnsTimeout: limit,
    socketCloseTimeout: 0,
    ...present(options),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function present<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
