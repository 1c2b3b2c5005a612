import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { simpleParser } from "mailparser";
import { expect, onTestFinished, test } from "vitest";
import { setUp } from "./set-up.js";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dest-email-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const fileOf = ({ receipt }: { receipt?: unknown }) => (receipt as { file: string }).file;

test("without a transport a mail is a file that can be opened, and a warning and the record say so", async () => {
  const directory = join(await folder(), "deep", "mail");
  const { send, next, warnings, dest } = setUp({ directory });
  await send({
    subject: "日本語 🎉",
    text: "text\nof lines",
    html: "<p>html</p>",
    to: "luke@example.org",
    bcc: "vader@example.org",
    attachments: [{ filename: "a.bin", content: new Uint8Array([0, 255]) }],
  });
  const record = await next("delivered");
  const file = fileOf(record);
  expect(file.startsWith(`${directory}/`)).toBe(true);
  expect(record.attempts).toMatchObject([{ response: { file } }]);
  expect(warnings).toEqual([expect.stringContaining(`not sent, but written to ${directory}`)]);

  const raw = await readFile(file);
  const mail = await simpleParser(raw);
  expect([mail.subject, mail.text, mail.html]).toEqual(["日本語 🎉", "text\nof lines", "<p>html</p>"]);
  expect([mail.bcc].flat().map((one) => one?.text)).toEqual(["vader@example.org"]);
  expect([...(mail.attachments[0]?.content ?? [])]).toEqual([0, 255]);
  expect((record.receipt as { messageId: string }).messageId).toBe(mail.messageId);
  expect(raw.toString().replaceAll("\r\n", "")).not.toContain("\n");

  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect(await readdir(directory)).toHaveLength(1);
  expect(await dest.probe()).toEqual({ email: { ok: true } });
});

test("what was delivered before, and comes again, is the same file", async () => {
  const directory = await folder();
  const { dest, next } = setUp({ directory });
  const mail = { subject: "s", text: "t", html: "h", to: "luke@example.org" };
  const run = () =>
    dest.run(($) => {
      $.with({ idempotencyKey: "../../welcome/17" }).send.email(mail);
    });
  await run();
  const first = fileOf(await next("delivered"));
  await run();
  expect(fileOf(await next("delivered"))).toBe(first);
  expect(await readdir(directory)).toHaveLength(1);
});

test("a folder that cannot be written to is a retry, and a probe says so", async () => {
  const place = join(await folder(), "mail");
  await writeFile(place, "a file, where the folder should be");
  const { send, next, dest, retryOf } = setUp({ directory: place });
  await send({ subject: "s", text: "t", to: "luke@example.org" });
  const waiting = await next("retry");
  expect(waiting.attempts[0]?.error).toMatchObject({ code: "DEST_EMAIL_FILE", message: /EEXIST/ });
  expect(await dest.probe()).toMatchObject({ email: { ok: false, error: { code: "DEST_EMAIL_FILE" } } });
  await rm(place);
  await mkdir(place);
  await retryOf(waiting);
  await next("delivered");
});

test("no draft stays behind where a mail cannot be put in its place", async () => {
  const directory = await folder();
  const { dest, next, retryOf } = setUp({ directory });
  const run = () =>
    dest.run(($) => {
      const mail = { subject: "s", text: "t", to: "luke@example.org" };
      $.with({ idempotencyKey: "welcome-17" }).send.email(mail);
    });
  await run();
  const file = fileOf(await next("delivered"));
  await rm(file);
  await mkdir(file);
  await run();
  const waiting = await next("retry");
  expect(waiting.attempts[0]?.error).toMatchObject({ code: "DEST_EMAIL_FILE", message: /EISDIR/ });
  expect(await readdir(directory)).toEqual([basename(file)]);
  await rm(file, { recursive: true });
  await retryOf(waiting);
  expect(fileOf(await next("delivered"))).toBe(file);
});
