import type { PutObjectCommandInput, S3ClientConfig } from "@aws-sdk/client-s3";
import { invalidOption } from "@dest/core";
import type { Compression } from "./assemble.js";
import type { ObjectClient } from "./client.js";
import type { Partition } from "./event.js";
import { faultOfKey, identifierOf, type Key } from "./object-key.js";

/** Options of `s3()` beside the policy every destination takes. */
export interface S3Options {
  /** Default: the SDK's, from `AWS_REGION` or the shared configuration. */
  readonly region?: string | undefined;
  /** The URL of a store that speaks S3's protocol. Default: Amazon S3 of the region. */
  readonly endpoint?: string | URL | undefined;
  /** `{ accessKeyId, secretAccessKey, sessionToken? }` or a provider of the SDK. Default: the SDK's chain. */
  readonly credentials?: S3ClientConfig["credentials"] | undefined;
  /** The bucket in the path instead of the host name. Default: `true` with an `endpoint`. */
  readonly forcePathStyle?: boolean | undefined;
  /** A client of your own, in place of the four options above; you close it. */
  readonly client?: ObjectClient | undefined;
  /** `"gzip"` (default): objects end in `.gz`; `"none"`: in `.ndjson`. */
  readonly compression?: Compression | undefined;
  /** Default `false`: objects are gzip files. `true`: `Content-Encoding: gzip`, so that HTTP clients unpack them. */
  readonly contentEncoding?: boolean | undefined;
  /** Further headers of each object, in the SDK's names. Default none. */
  readonly headers?: ObjectHeaders | undefined;
  /** What becomes of a payload's place: events with different answers are in different objects. Default none. */
  readonly partition?: Partition | undefined;
  /** The key of an object. It must contain the identifier, or its first 16 digits. */
  readonly key?: Key | undefined;
  /** Milliseconds for which failures of access (bucket missing, permission, credentials) are repeated. Default 1 h. */
  readonly grace?: number | undefined;
  /** What `dest.probe()` asks for. Default none. */
  readonly buckets?: readonly string[] | undefined;
}

export type ObjectHeaders = Pick<
  PutObjectCommandInput,
  "ACL" | "CacheControl" | "ServerSideEncryption" | "SSEKMSKeyId" | "StorageClass" | "Tagging"
>;

export const optionNames = [
  "region",
  "endpoint",
  "credentials",
  "forcePathStyle",
  "client",
  "compression",
  "contentEncoding",
  "headers",
  "partition",
  "key",
  "grace",
  "buckets",
] as const satisfies readonly (keyof S3Options)[];

const headerNames = ["ACL", "CacheControl", "ServerSideEncryption", "SSEKMSKeyId", "StorageClass", "Tagging"];
const ofClient = ["region", "endpoint", "credentials", "forcePathStyle"] as const;

/** Throws `DEST_INVALID_OPTION`, which never quotes credentials. */
export function checkOptions(options: S3Options): void {
  const { client, compression, contentEncoding, headers, partition, key, grace, buckets } = options;
  oneOf("compression", compression, ["gzip", "none"]);
  oneOf("contentEncoding", contentEncoding, [true, false]);
  oneOf("forcePathStyle", options.forcePathStyle, [true, false]);
  if (compression === "none" && contentEncoding)
    throw invalidOption("contentEncoding", contentEncoding, "must be left out without compression");
  if (client !== undefined) checkClient(client, options);
  if (options.endpoint !== undefined && !/^https?:$/.test(protocolOf(options.endpoint)))
    throw invalidOption("endpoint", options.endpoint, "must be an http or https URL");
  if (partition !== undefined && typeof partition !== "function")
    throw invalidOption("partition", partition, "must be a function");
  if (grace !== undefined && !(typeof grace === "number" && grace >= 0))
    throw invalidOption("grace", grace, "must be a number of milliseconds");
  if (buckets !== undefined && !(Array.isArray(buckets) && buckets.every((name) => typeof name === "string")))
    throw invalidOption("buckets", buckets, "must be an array of names");
  for (const name of Object.keys(headers ?? {}))
    if (!headerNames.includes(name))
      throw invalidOption("headers", name, `must have no other names than ${headerNames.join(", ")}`);
  if (key !== undefined) checkKey(key);
}

function checkClient(client: ObjectClient, options: S3Options): void {
  if (typeof client?.send !== "function") throw invalidOption("client", client, "must have a method send");
  for (const name of ofClient)
    if (options[name] !== undefined)
      throw invalidOption(name, typeof options[name], "must be left out with a client");
}

/** Tried once, so that a mistake shows at start and not when the first batch is due. */
function checkKey(key: Key): void {
  if (typeof key !== "function") throw invalidOption("key", key, "must be a function");
  const batchId = "a-batch";
  const identifier = identifierOf(batchId);
  const info = { prefix: "", partition: "", sealedAt: new Date(0), batchId, identifier, events: 1 };
  const answer: unknown = key(info);
  const fault = faultOfKey(answer, info);
  if (fault !== undefined) throw invalidOption("key", answer, `must answer a key of an object: ${fault}`);
}

function oneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw invalidOption(name, value, `must be ${allowed.map((each) => JSON.stringify(each)).join(" or ")}`);
}

function protocolOf(url: string | URL): string {
  return URL.canParse(String(url)) ? new URL(String(url)).protocol : "";
}
