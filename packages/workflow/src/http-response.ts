import { invalid } from "@dest/core";
import { exported } from "./steps.js";

/** What `$.respond` takes. */
export interface HttpResponse {
  /** Default 200. */
  readonly status?: number | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** A text, bytes, a stream, or anything else that is JSON. */
  readonly body?: unknown;
  /** Not at the end of the workflow but now: see `onRespond` of `runWorkflow`. */
  readonly immediate?: boolean | undefined;
}

const longestBody = 64 * 1024 * 1024;

/**
 * The response as it is at the call. A stream is read to its end, up to 64 MiB, and becomes a Buffer; with
 * `keepStream` it is left to whoever sends it.
 */
export function keepResponse(
  response: HttpResponse,
  keepStream: boolean,
): HttpResponse | Promise<HttpResponse> {
  if (typeof response !== "object" || response === null) throw invalid("$.respond", response);
  const { status, headers, body, immediate } = response;
  const kept: { -readonly [K in keyof HttpResponse]: HttpResponse[K] } = {};
  if (status !== undefined) kept.status = statusOf(status);
  if (headers !== undefined) kept.headers = { ...headers };
  if (immediate !== undefined) kept.immediate = immediate;
  if (isStream(body)) {
    if (!keepStream) return read(body).then((bytes) => ({ ...kept, body: bytes }));
    kept.body = body;
  } else if (body instanceof Uint8Array) kept.body = Buffer.from(body);
  else if (body !== undefined) kept.body = exported(body);
  return kept;
}

/** A Fetch `Response` of what `$.respond` was given, for a server to answer with; without it, 200 and no body. */
export function toResponse({ status = 200, headers, body }: HttpResponse = {}): Response {
  const all = new Headers(headers);
  if (typeof body === "string" || body === undefined || body instanceof Uint8Array || isStream(body)) {
    const content = isStream(body) ? webStream(body) : (body as ReadableStream | string | undefined);
    return new Response(content ?? null, { status, headers: all });
  }
  if (!all.has("content-type")) all.set("content-type", "application/json");
  return new Response(JSON.stringify(body), { status, headers: all });
}

// Code that was never typed also gives texts.
function statusOf(given: unknown): number {
  const status = Number(given);
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw invalid("$.respond: status", given, "a number from 200 to 599");
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array | string> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

async function read(stream: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as string);
    length += bytes.length;
    if (length > longestBody)
      throw invalid("$.respond: body", "a stream", `it is longer than ${longestBody} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function webStream(stream: AsyncIterable<Uint8Array | string>): ReadableStream {
  const iterator = stream[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === "string" ? Buffer.from(value) : value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
