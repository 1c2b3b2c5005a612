import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** What a store says: a status with the code of an error, or `undefined`, for what a healthy one would. */
export type Said =
  | { readonly status: number; readonly code: string; readonly message?: string }
  | "silence"
  | undefined;

/** A store that fails as it is told. It keeps nothing; `asked` has all requests. */
export async function startScriptedStore(say: (asked: Asked) => Said) {
  const asked: Asked[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? "", "http://store");
    const one: Asked = {
      method: incoming.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    };
    asked.push(one);
    const said = say(one);
    if (said === "silence") return;
    if (said === undefined) succeed(one, outgoing);
    else {
      outgoing.writeHead(said.status, { "content-type": "application/xml" });
      outgoing.end(`<Error><Code>${said.code}</Code><Message>${said.message ?? "as told"}</Message></Error>`);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

/** The same, closed with the test. */
export async function scriptedStore(say: (asked: Asked) => Said) {
  const store = await startScriptedStore(say);
  onTestFinished(store.close);
  return store;
}

function succeed({ method, query }: Asked, outgoing: ServerResponse): void {
  outgoing.setHeader("x-amz-request-id", "REQUEST-1");
  if (method === "DELETE") outgoing.writeHead(204).end();
  else if (method === "POST" && query.has("uploads"))
    outgoing.end(
      "<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>",
    );
  else if (method === "POST")
    outgoing.end('<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>');
  else outgoing.setHeader("etag", '"tag"').end();
}
