import type { JsonValue } from "@dest/core";
import type { HttpResponse } from "./exchange.js";
import type { DispatchRequest } from "./to-dispatch.js";

/** The request as the delivery record shows it; core hides secrets and cuts what is long. */
export function requestRecord(url: string, { method, headers, body }: DispatchRequest): JsonValue {
  if (body === null) return { method, url, headers };
  return { method, url, headers, body: typeof body === "string" ? body : `${body.byteLength} bytes` };
}

export function responseRecord({ status, headers, body, bytes, isWhole }: HttpResponse): JsonValue {
  const text = body.toString("utf8");
  return {
    status,
    headers: headers as { [name: string]: JsonValue | undefined },
    body: bytes > body.length ? `${text}… (${isWhole ? "" : "more than "}${bytes} bytes in all)` : text,
  };
}
