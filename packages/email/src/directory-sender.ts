import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DestError } from "@dest/core";
import MailComposer from "nodemailer/lib/mail-composer";
import { kept } from "./recipients.js";
import type { Sender } from "./sender.js";
import type { OutgoingMail } from "./transport.js";

/** Writes each mail as a file that mail programs open. A repeated attempt writes the same file again. */
export function directorySender(directory: string): Sender {
  return {
    async send({ mail, identity, before }, { signal, record }) {
      const file = join(directory, identity.fileName);
      try {
        const bytes = await messageOf(mail);
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeWhole(directory, file, bytes, signal);
      } catch (thrown) {
        return { status: "retry", error: fileError(directory, thrown), ...kept(before) };
      }
      record({ response: { file } });
      return { status: "delivered", receipt: { messageId: identity.messageId, file } };
    },
    async verify() {
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await access(directory, constants.W_OK | constants.X_OK);
      } catch (thrown) {
        throw fileError(directory, thrown);
      }
    },
    async close() {},
  };
}

/** The mail as it would be sent, with its Bcc, which no server is told here. */
function messageOf(mail: OutgoingMail): Promise<Buffer> {
  const message = new MailComposer({ ...mail, newline: "win" }).compile();
  message.keepBcc = true;
  return message.build();
}

/** Whoever looks sees all of the file or none, also after a crash. */
async function writeWhole(
  directory: string,
  file: string,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const draft = join(directory, `.${randomUUID()}.tmp`);
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(bytes, { signal });
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function fileError(directory: string, thrown: unknown): DestError {
  const { code, message } = thrown as NodeJS.ErrnoException;
  return new DestError("DEST_EMAIL_FILE", `no mail can be written to ${directory}: ${code ?? message}`, {
    cause: thrown,
  });
}
