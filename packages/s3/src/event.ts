import { DestError, invalid, jsonText } from "@dest/core";

/** What `$.send.s3` takes. */
export interface S3Event {
  /** Name or access point ARN of the bucket, which is not created. */
  readonly bucket: string;
  /** The beginning of the object's key, verbatim: a slash at its end is yours to write. Default `""`. */
  readonly prefix?: string | undefined;
  /** An object or array becomes a line of JSON; a string is a line as it is. */
  readonly payload: object | string;
}

/** One line of an object, and what decides which object that is. */
export interface PreparedEvent {
  readonly bucket: string;
  readonly prefix: string;
  readonly partition?: string;
  /** Without its line break. */
  readonly line: string;
}

export const accepts = ["bucket", "prefix", "payload"] as const;

/** A bucket's name, or the ARN of an access point: nothing that could leave the bucket's place in a URL. */
const bucketName = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{1,254}|arn:[A-Za-z0-9:._/-]+)$/;
/** Amazon S3 allows keys of 1,024 bytes, of which what follows the prefix takes up to 105. */
const longestPrefix = 1_024 - 105;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const controls = /[\0-\x1f\x7f]/;

export type Partition = (payload: object | string) => string;

/** Validates and shapes what `$.send.s3` was given. */
export function prepare(event: S3Event, partition: Partition | undefined): PreparedEvent {
  if (typeof event !== "object" || event === null) throw invalid("the event", event);
  const { bucket, prefix = "", payload } = event;
  if (typeof bucket !== "string" || !bucketName.test(bucket)) throw invalid("bucket", bucket);
  checkKeyPart("prefix", prefix, longestPrefix);
  const line = lineOf(payload);
  if (partition === undefined) return { bucket, prefix, line };
  const part = partitionOf(partition, payload);
  checkKeyPart("the answer of partition()", part, longestPrefix - Buffer.byteLength(prefix));
  return { bucket, prefix, partition: part, line };
}

/** Bytes of the line and its line break. */
export function lineBytes({ line }: PreparedEvent): number {
  return Buffer.byteLength(line) + 1;
}

/** Events with the same one share an object. */
export function objectOf({ bucket, prefix, partition }: PreparedEvent): string {
  // No part contains a line break.
  return partition === undefined ? `${bucket}/${prefix}` : `${bucket}/${prefix}\n${partition}`;
}

function lineOf(payload: unknown): string {
  if (typeof payload === "object" && payload !== null) return jsonText("payload", payload);
  if (typeof payload !== "string") throw invalid("payload", payload, "send an object, an array or a string");
  const line = payload.replace(/\r?\n$/, "");
  if (line === "") throw invalid("payload", '""', "an empty line holds no event");
  if (/[\r\n]/.test(line))
    throw invalid(
      "payload",
      line,
      "a string is one line: send each line by itself, or an object that holds the text",
    );
  return line;
}

function partitionOf(partition: Partition, payload: object | string): string {
  try {
    return partition(payload);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new DestError("DEST_INVALID_PAYLOAD", `partition() threw for this payload: ${said}`, {
      cause,
      retryable: false,
    });
  }
}

function checkKeyPart(path: string, part: unknown, longest: number): void {
  if (typeof part !== "string") throw invalid(path, part, "it is the beginning of a key, a string");
  if (controls.test(part)) throw invalid(path, JSON.stringify(part), "a key has no control characters");
  if (Buffer.byteLength(part) > longest)
    throw invalid(
      path,
      part,
      `the key of an object has no more than 1,024 bytes, which leaves ${longest} for this`,
    );
}
