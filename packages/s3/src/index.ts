export type { Compression } from "./assemble.js";
export type { ObjectClient } from "./client.js";
export type { Partition, S3Event } from "./event.js";
export type { Key, KeyInfo } from "./object-key.js";
export type { ObjectHeaders, S3Options } from "./options.js";
export { s3 } from "./s3.js";
