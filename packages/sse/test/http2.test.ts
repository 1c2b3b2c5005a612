import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createDest } from "@dest/core";
import { expect, test } from "vitest";
import { sse } from "../src/index.js";
import { path, workflow } from "./set-up.js";

test("streams over HTTP/2", async () => {
  const live = sse({ authorize: (request) => new URL(request.url).pathname === path });
  const dest = createDest({ destinations: { sse: live } });
  const server = createServer(live.handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const stream = session.request({ ":path": path });
    const [headers] = await once(stream, "response");
    expect(headers).toMatchObject({ ":status": 200, "content-type": "text/event-stream" });
    stream.setEncoding("utf8");
    const first = once(stream, "data");
    await dest.run(($) => $.send.sse({ channel: "tick", payload: [1] }), { workflow });
    expect((await first)[0]).toMatch(/event: tick\ndata: \[1\]\n\n/);
    const ended = once(stream, "end");
    await dest.close();
    await ended;
  } finally {
    session.close();
    server.close();
  }
});
