import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import S3rver from "s3rver";
import { onTestFinished } from "vitest";
import { createClient } from "../src/client.js";

export const bucket = "events";
export const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

export interface StoredObject {
  readonly key: string;
  readonly bytes: Buffer;
  /** Unpacked, where the key says that it is packed. */
  readonly lines: readonly string[];
  readonly headers: {
    readonly type: string | undefined;
    readonly encoding: string | undefined;
    readonly metadata: Readonly<Record<string, string>> | undefined;
  };
}

/** A store that speaks S3's protocol over HTTP, with its objects in a folder of its own. */
export async function startStore() {
  const directory = await mkdtemp(join(tmpdir(), "dest-s3-"));
  const options = { address: "127.0.0.1", port: 0, silent: true, directory, vhostBuckets: false };
  const server = new S3rver({ ...options, configureBuckets: [{ name: bucket }] });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = createClient({ region: "eu-west-1", endpoint, credentials });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
    await rm(directory, { recursive: true });
  });

  async function object(key: string): Promise<StoredObject> {
    const { Body, ...about } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    const text = (key.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    const headers = { type: about.ContentType, encoding: about.ContentEncoding, metadata: about.Metadata };
    return { key, bytes, lines: text.split("\n").slice(0, -1), headers };
  }

  return {
    endpoint,
    port,
    /** All objects, by key. */
    async objects(): Promise<StoredObject[]> {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Promise.all(Contents.map(({ Key = "" }) => object(Key)));
    },
  };
}
