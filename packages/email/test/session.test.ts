import { expect, test } from "vitest";
import { hasOpenssl, newCertificates } from "./certificates.js";
import { setUp } from "./set-up.js";
import { type Behaviour, smtpReceiver } from "./smtp.js";

const mail = { subject: "s", text: "t", to: "luke@example.org" };

/** Logs in `robot` with this password, which may change while the server runs. */
function withLogin(password: { value: string }): Behaviour {
  return {
    authOptional: false,
    authMethods: ["PLAIN", "LOGIN"],
    onAuth: ({ username, password: given }, _session, done) =>
      username === "robot" && given === password.value
        ? done(null, { user: username })
        : done(Object.assign(new Error(`5.7.8 no: ${given} AHJvYm90AFBMQU5URUQ=`), { responseCode: 535 })),
  };
}

test("it logs in with the user and password of the URL", async () => {
  const server = await smtpReceiver(withLogin({ value: "PLANTED/ü" }));
  const { send, next, dest } = setUp({
    transport: server.url.replace("//", `//robot:${encodeURIComponent("PLANTED/ü")}@`),
  });
  await send(mail);
  await next("delivered");
  expect(server.accepted[0]?.user).toBe("robot");
  expect(await dest.probe()).toEqual({ email: { ok: true } });
});

test("a refused login is tried again, so that new credentials deliver it; no password is shown", async () => {
  const password = { value: "the new one" };
  const server = await smtpReceiver(withLogin(password));
  const { send, next, retryOf, dest, events } = setUp({
    transport: { host: "127.0.0.1", port: server.port, auth: { user: "robot", pass: "PLANTED" } },
  });
  await send(mail);
  const waiting = await next("retry");
  expect(waiting.attempts[0]?.error).toEqual({
    code: "DEST_EMAIL_AUTH",
    message: "535 5.7.8 no: [redacted] [redacted]",
  });
  expect(await dest.probe()).toMatchObject({ email: { ok: false, error: { code: "DEST_EMAIL_AUTH" } } });
  expect(JSON.stringify(events)).not.toContain("PLANTED");
  password.value = "PLANTED";
  await retryOf(waiting);
  await next("delivered");
});

test("a server that wants a login where none is configured is the same", async () => {
  const server = await smtpReceiver(withLogin({ value: "any" }));
  const { send, next } = setUp({ transport: server.url });
  await send(mail);
  expect((await next("retry")).attempts[0]?.error).toMatchObject({
    code: "DEST_EMAIL_AUTH",
    message: /^530 /,
  });
});

if (!hasOpenssl) console.log("left out: STARTTLS and TLS: openssl, which makes the certificates, is missing");

test.skipIf(!hasOpenssl).each([
  ["STARTTLS", false],
  ["TLS from the start", true],
])("%s, with a certificate that is trusted", async (_, secure) => {
  const { ca, server: pair } = newCertificates();
  const server = await smtpReceiver({ ...pair, secure });
  const { send, next } = setUp({
    transport: { host: "127.0.0.1", port: server.port, secure, requireTLS: true, tls: { ca } },
  });
  await send(mail);
  await next("delivered");
  expect(server.accepted[0]?.secure).toBe(true);
});

test.skipIf(!hasOpenssl)("a certificate nobody vouches for is a retry, with nothing sent", async () => {
  const server = await smtpReceiver(newCertificates().server);
  const { send, next } = setUp({ transport: server.url, retry: { ambiguous: false } });
  await send(mail);
  const { attempts } = await next("retry");
  expect(attempts[0]?.error).toMatchObject({ code: "DEST_NETWORK", message: /certificate/ });
  expect(server.arrived).toEqual([]);
});

test("a server that refuses STARTTLS, where it is required, gets nothing", async () => {
  const server = await smtpReceiver();
  const { send, next } = setUp({ transport: { url: server.url, requireTLS: true } });
  await send(mail);
  await next("retry");
  expect(server.arrived).toEqual([]);
});
