import type { Asked } from "./asked.js";
import type { NodeRequest } from "./node-handler.js";

export function askedOfNode(incoming: NodeRequest): Asked {
  const { method = "GET", url = "/", headers } = incoming;
  // Not by URL: a path that begins with two slashes would be taken for a host.
  const [path = "", query] = url.split(/\?(.*)/s);
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  return { method, path, query: new URLSearchParams(query), header, request: () => toRequest(incoming) };
}

/** Throws where the request's host is none. */
function toRequest({ method = "GET", url = "/", headers, socket }: NodeRequest): Request {
  const scheme = "encrypted" in socket && socket.encrypted ? "https" : "http";
  const host = headers[":authority"] ?? headers.host ?? "localhost";
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // The pseudo-headers of HTTP/2.
    if (name.startsWith(":") || value === undefined) continue;
    for (const one of [value].flat()) copied.append(name, one);
  }
  return new Request(`${scheme}://${host}${url}`, { method, headers: copied });
}
