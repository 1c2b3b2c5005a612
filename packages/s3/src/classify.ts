import { DestError, type JsonValue, type Outcome } from "@dest/core";

type Failure = Exclude<Outcome, { status: "delivered" }>;

/** What the SDK throws, as far as it is read. */
interface Thrown {
  readonly name?: string;
  readonly message?: string;
  /** Of Node, where there was no answer. */
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number | undefined };
}

export interface Attempt {
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds for which failures of access are repeated. */
  readonly grace: number;
  /** What the last outcome left. */
  readonly progress: JsonValue | undefined;
}

// Names of Amazon S3's "List of error codes". What a person has to put right, and may be about to: credentials rotate.
const checks = new Map<string, string>([
  ["NoSuchBucket", "check the bucket's name and the region, or create it"],
  ["NotFound", "check the bucket's name and the region, or create it"],
  ["AccessDenied", "check that the policy allows s3:PutObject and s3:AbortMultipartUpload on this key"],
  ["Forbidden", "check the credentials, and that the policy allows s3:PutObject"],
  ["AllAccessDisabled", "check the account's state"],
  ["AccountProblem", "check the account's state"],
  ["InvalidAccessKeyId", "check the access key id"],
  ["SignatureDoesNotMatch", "check the secret access key and the region"],
  ["AuthorizationHeaderMalformed", "check the region"],
  ["PermanentRedirect", "check the region and the endpoint"],
  ["ExpiredToken", "renew the session's credentials"],
  ["ExpiredTokenException", "renew the session's credentials"],
  ["TokenRefreshRequired", "renew the session's credentials"],
  ["InvalidToken", "check the session token"],
  ["UnrecognizedClientException", "check the credentials"],
  ["CredentialsProviderError", "give s3() credentials, or the environment"],
  ["TokenProviderError", "sign in again, or give s3() credentials"],
]);

const transient = new Set([
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "OperationAborted",
  "ConditionalRequestConflict",
  "NoSuchUpload",
  "BadDigest",
  "IncompleteBody",
]);

/** Failures before the connection stood: nothing can have been stored. */
const unsent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** What a failed upload means for its batch. */
export function classify(thrown: unknown, attempt: Attempt): Failure {
  if (DestError.is(thrown))
    return { status: thrown.retryable === false ? "rejected" : "retry", error: thrown };
  const { name = "Error", message = String(thrown), code, $metadata } = (thrown ?? {}) as Thrown;
  const status = $metadata?.httpStatusCode;
  const said = message === "" || message === name ? name : `${name}: ${message}`;
  const check = checks.get(name);
  if (check !== undefined) return denied(`${attempt.bucket}: ${said}; ${check}`, thrown, attempt);
  const isTransient = transient.has(name) || (status !== undefined && (status >= 500 || status === 429));
  if (isTransient) return retry("DEST_S3_UNAVAILABLE", said, { cause: thrown });
  if (status !== undefined && status >= 400) {
    const text = `${attempt.bucket}: ${said} (${status})`;
    return {
      status: "rejected",
      error: new DestError("DEST_S3_REJECTED", text, { cause: thrown, retryable: false }),
    };
  }
  const text = code === undefined || said.includes(code) ? said : `${code}: ${said}`;
  return retry("DEST_NETWORK", text, { cause: thrown, ambiguous: code === undefined || !unsent.has(code) });
}

function retry(code: string, text: string, about: { cause: unknown; ambiguous?: boolean }): Failure {
  // It is no longer denied, if it was.
  return { status: "retry", error: new DestError(code, text, about), progress: {} };
}

/** Repeated slowly until `grace` has passed since the first denial in a row. */
function denied(text: string, cause: unknown, { now, grace, progress }: Attempt): Failure {
  const since = deniedSince(progress) ?? now;
  const isOver = now - since >= grace;
  const error = new DestError("DEST_S3_ACCESS", text, { cause, retryable: !isOver });
  if (isOver) return { status: "rejected", error };
  const afterMs = Math.min(grace / 6, since + grace - now);
  return {
    status: "retry",
    error,
    afterMs: Math.max(1, Math.ceil(afterMs)),
    progress: { deniedSince: since },
  };
}

function deniedSince(progress: JsonValue | undefined): number | undefined {
  if (typeof progress !== "object" || progress === null || !("deniedSince" in progress)) return undefined;
  return typeof progress.deniedSince === "number" ? progress.deniedSince : undefined;
}
