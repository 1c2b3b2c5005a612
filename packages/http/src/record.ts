import type { JsonValue } from "@dest/core";
import type { HttpResponse } from "./exchange.js";
import type { DispatchRequest } from "./to-dispatch.js";

/** The request as the delivery record shows it; core hides secrets and cuts what is long. */
export function requestRecord(url: string, { method, headers, body }: DispatchRequest): JsonValue {
  if (body === null) return { method, url, headers };
  return { method, url, headers, body: typeof body === "string" ? body : `${body.byteLength} bytes` };
}

/** The records of responses. Most answers of a receiver are alike: those that follow one another share one record. */
export class ResponseRecords {
  #last: { readonly response: HttpResponse; readonly record: JsonValue } | undefined;

  of(response: HttpResponse): JsonValue {
    if (this.#last && areAlike(this.#last.response, response)) return this.#last.record;
    const record = responseRecord(response);
    this.#last = { response, record };
    return record;
  }
}

function areAlike(a: HttpResponse, b: HttpResponse): boolean {
  if (a.status !== b.status || a.bytes !== b.bytes || a.isWhole !== b.isWhole) return false;
  let left = Object.keys(a.headers).length;
  for (const name in b.headers) {
    // A header that came twice is a list.
    if (a.headers[name] !== b.headers[name]) return false;
    left -= 1;
  }
  return left === 0 && a.body.equals(b.body);
}

export function responseRecord({ status, headers, body, bytes, isWhole }: HttpResponse): JsonValue {
  const text = body.toString("utf8");
  return {
    status,
    headers: headers as { [name: string]: JsonValue | undefined },
    body: bytes > body.length ? `${text}… (${isWhole ? "" : "more than "}${bytes} bytes in all)` : text,
  };
}
