import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/** What is used of a client: an `S3Client` of the AWS SDK has it, and so may a stand-in. */
export interface ObjectClient {
  /**
   * Takes the commands `PutObject`, `CreateMultipartUpload`, `UploadPart`, `CompleteMultipartUpload`,
   * `AbortMultipartUpload` and `HeadBucket` of `@aws-sdk/client-s3`.
   */
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}

export interface ClientOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | URL | undefined;
  readonly credentials?: S3ClientConfig["credentials"] | undefined;
  readonly forcePathStyle?: boolean | undefined;
}

/** Makes no request. */
export function createClient({ region, endpoint, credentials, forcePathStyle }: ClientOptions): S3Client {
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint: endpoint.toString() }),
    // Few stores beside Amazon's answer under a host name for each bucket.
    forcePathStyle: forcePathStyle ?? endpoint !== undefined,
    // Repeating is the outbox's part.
    maxAttempts: 1,
    // The signature covers a SHA-256 of the body; stores other than Amazon's often know no further checksum.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}
