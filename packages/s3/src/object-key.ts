import { createHash } from "node:crypto";

/** What the name of an object is made of. */
export interface KeyInfo {
  readonly prefix: string;
  /** What `partition` answered; `""` without one. */
  readonly partition: string;
  /** When the batch was closed. The same on every attempt. */
  readonly sealedAt: Date;
  readonly batchId: string;
  /** 64 hexadecimal digits, derived from the batch id: another for every object, the same on every attempt. */
  readonly identifier: string;
  readonly events: number;
}

export type Key = (info: KeyInfo) => string;

/** Digits of the identifier that a key must have, so that no object replaces another. */
const neededDigits = 16;

export function identifierOf(batchId: string): string {
  return createHash("sha256").update(batchId).digest("hex");
}

/** `[PREFIX][PARTITION]YYYY/MM/DD/HH/YYYY-MM-DD-HH-MM-SS-IDENTIFIER.gz`, in UTC. `suffix`: with its dot. */
export function defaultKey(suffix: string): Key {
  return ({ prefix, partition, sealedAt, identifier }) => {
    const [date = "", time = ""] = sealedAt.toISOString().split("T");
    const [hour, minute, second] = time.split(/[:.]/);
    const folder = `${date.replaceAll("-", "/")}/${hour}/`;
    return `${prefix}${partition}${folder}${date}-${hour}-${minute}-${second}-${identifier}${suffix}`;
  };
}

/** Why an answer of a user's own function cannot be a key; undefined where it can. */
export function faultOfKey(key: unknown, { identifier }: KeyInfo): string | undefined {
  if (typeof key !== "string" || key === "") return "it is no string, or an empty one";
  if (Buffer.byteLength(key) > 1_024) return "it has more than 1,024 bytes";
  if (key.includes(identifier.slice(0, neededDigits))) return undefined;
  return `it contains neither the identifier nor its first ${neededDigits} digits, so that one object could replace another`;
}
