import type { IgnoredKey, PreparedMail } from "./message.js";

const reasons: { readonly [key in IgnoredKey]: string } = {
  to: "to is not read: mails go to the owner",
  cc: "cc is not read: mails go to the owner",
  bcc: "bcc is not read: mails go to the owner",
  include_collaborators: "include_collaborators adds nobody: the option collaborators is not set",
};

/** Warns of keys that a destination with an owner does not read, once of each. */
export class Ignored {
  readonly #warned = new Set<IgnoredKey>();
  #warn: (message: string) => void = () => {};

  open(warn: (message: string) => void): void {
    this.#warn = warn;
  }

  warnOf({ ignored }: PreparedMail): void {
    for (const key of ignored) {
      if (this.#warned.has(key)) continue;
      this.#warned.add(key);
      this.#warn(`${reasons[key]}; leave it out, or configure email() without owner`);
    }
  }
}
