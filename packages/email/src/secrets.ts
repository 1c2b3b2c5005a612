import type { SmtpOptions } from "./transport.js";

const hidden = "[redacted]";
/** Shorter ones stand in ordinary words too. */
const shortest = 4;

/**
 * Takes the transport's secrets out of what a server says, as some repeat what they were sent: as they are, as in a URL,
 * and in base64, alone and as AUTH PLAIN sends them (RFC 4616).
 */
export function secretHider(transport: string | SmtpOptions): (text: string) => string {
  const forms = secretsOf(transport)
    .flatMap(({ user, secret }) => [
      secret,
      encodeURIComponent(secret),
      base64(secret),
      base64(`\0${user}\0${secret}`),
    ])
    .sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((shown, form) => shown.replaceAll(form, hidden), text);
}

interface Secret {
  readonly user: string;
  readonly secret: string;
}

function secretsOf(transport: string | SmtpOptions): Secret[] {
  const { url, auth = {} } = (typeof transport === "string" ? { url: transport } : transport) as {
    url?: unknown;
    auth?: Readonly<Record<string, unknown>>;
  };
  const { user = "", pass, accessToken, refreshToken, clientSecret } = auth;
  const given = [pass, accessToken, refreshToken, clientSecret].map((secret) => ({
    user: String(user),
    secret,
  }));
  return [...given, ...ofUrl(url)].filter(
    (one): one is Secret => typeof one.secret === "string" && one.secret.length >= shortest,
  );
}

function ofUrl(url: unknown): Secret[] {
  if (typeof url !== "string" || !URL.canParse(url)) return [];
  const { username, password } = new URL(url);
  return [{ user: decode(username), secret: decode(password) }];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
