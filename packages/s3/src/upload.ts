import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  UploadPartCommand,
  type UploadPartCommandOutput,
} from "@aws-sdk/client-s3";
import type { ObjectClient } from "./client.js";
import { parts } from "./parts.js";

/** Bytes of a part. Amazon S3 wants at least 5 MiB of each but the last, and no more than 10,000 parts. */
const partSize = 8 * 1_024 * 1_024;
/** Milliseconds that taking a broken upload back may need. */
const abortTimeout = 10_000;

export interface Upload {
  readonly client: ObjectClient;
  /** Bucket, key and headers of the object. */
  readonly target: Omit<PutObjectCommandInput, "Body" | "Bucket" | "Key"> & { Bucket: string; Key: string };
  readonly signal: AbortSignal;
  /** Gets the end of taking a broken upload back, which goes on after `upload` has failed. */
  cleaning(done: Promise<void>): void;
  /** The parts of a broken upload could not be taken back. */
  leftBehind(cause: unknown): void;
}

export interface Uploaded {
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly etag: string | undefined;
  readonly bytes: number;
  /** 1: one request. */
  readonly parts: number;
}

/** Stores the stream as one object: by one request where it fits into a part, else part by part. */
export async function upload(stream: AsyncIterable<Buffer>, job: Upload): Promise<Uploaded> {
  const { client, target, signal } = job;
  const all = parts(stream, partSize);
  try {
    const first = await all.next();
    const second = await all.next();
    const body: Buffer = first.value ?? Buffer.alloc(0);
    if (!second.done) return await uploadParts([body, second.value], all, job);
    const answer = await send<PutObjectCommandOutput>(
      client,
      new PutObjectCommand({ ...target, Body: body, ContentLength: body.length }),
      signal,
    );
    return uploaded(answer, body.length, 1);
  } finally {
    // Ends the compressor, too, where it was left early.
    await all.return(undefined);
  }
}

async function uploadParts(
  [first, second]: readonly [Buffer, Buffer],
  rest: AsyncIterable<Buffer>,
  job: Upload,
): Promise<Uploaded> {
  const { client, target, signal } = job;
  const create = new CreateMultipartUploadCommand(target);
  const { UploadId } = await send<CreateMultipartUploadCommandOutput>(client, create, signal);
  const place = { Bucket: target.Bucket, Key: target.Key, UploadId };
  try {
    const done: CompletedPart[] = [];
    let bytes = 0;
    const add = async (Body: Buffer) => {
      const PartNumber = done.length + 1;
      const part = new UploadPartCommand({ ...place, PartNumber, Body, ContentLength: Body.length });
      const { ETag } = await send<UploadPartCommandOutput>(client, part, signal);
      done.push({ PartNumber, ETag });
      bytes += Body.length;
    };
    await add(first);
    await add(second);
    for await (const part of rest) await add(part);
    const complete = new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: done } });
    const answer = await send<CompleteMultipartUploadCommandOutput>(client, complete, signal);
    return uploaded(answer, bytes, done.length);
  } catch (error) {
    job.cleaning(takeBack(client, place).catch((cause) => job.leftBehind(cause)));
    throw error;
  }
}

/** Removes the parts of an upload that failed. Not bound to the attempt's signal, which may have ended it. */
async function takeBack(
  client: ObjectClient,
  place: { Bucket: string; Key: string; UploadId: string | undefined },
): Promise<void> {
  try {
    await send(client, new AbortMultipartUploadCommand(place), AbortSignal.timeout(abortTimeout));
  } catch (error) {
    // It had been completed, though the answer was lost.
    if ((error as Error).name !== "NoSuchUpload") throw error;
  }
}

function uploaded(
  { ETag, $metadata }: PutObjectCommandOutput | CompleteMultipartUploadCommandOutput,
  bytes: number,
  count: number,
): Uploaded {
  // A stand-in need not know them.
  const { httpStatusCode: status, requestId } = $metadata ?? {};
  return { status, requestId, etag: ETag?.replaceAll('"', ""), bytes, parts: count };
}

function send<Answer>(client: ObjectClient, command: unknown, abortSignal: AbortSignal): Promise<Answer> {
  return client.send(command as never, { abortSignal }) as Promise<Answer>;
}
