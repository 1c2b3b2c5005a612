import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { type HttpResponse, runWorkflow, toResponse } from "../src/index.js";
import { setUp, workflowOf } from "./set-up.js";

test("$.respond is in the result; the last one counts", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(
    async ({ $ }) => {
      await $.respond({ status: 202, body: "first" });
    },
    ({ $ }) => {
      $.respond({ status: 200, headers: { "x-order": "17" }, body: { ok: true } });
    },
  );
  const { respond } = await runWorkflow(dest, workflow, { event: {} });
  expect(respond).toEqual({ status: 200, headers: { "x-order": "17" }, body: { ok: true } });
});

test("the body is what it was at the call", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(({ $ }) => {
    const body = { n: 1, at: new Date(0) };
    $.respond({ body });
    body.n = 2;
  });
  const { respond } = await runWorkflow(dest, workflow);
  expect(respond).toEqual({ body: { n: 1, at: "1970-01-01T00:00:00.000Z" } });
});

test.each([
  ["a text", () => "héllo"],
  ["a Buffer", () => Buffer.from("héllo")],
  ["a stream", () => Readable.from([Buffer.from("hé"), Buffer.from("llo")])],
  ["a web stream", () => new Blob(["héllo"]).stream()],
])("%s can be the body, also where nobody awaits it", async (_, body) => {
  const { dest } = setUp();
  const workflow = workflowOf(({ $ }) => void $.respond({ status: 201, body: body() }));
  const { respond, error } = await runWorkflow(dest, workflow);
  expect(error).toBeUndefined();
  expect(String(respond?.body)).toBe("héllo");
  const response = toResponse(respond);
  expect([response.status, await response.text()]).toEqual([201, "héllo"]);
});

test("a stream that fails is the step's failure", async () => {
  const { dest } = setUp();
  const broken = async function* () {
    yield Buffer.from("a");
    throw new Error("the disk is gone");
  };
  const workflow = workflowOf(({ $ }) => void $.respond({ body: Readable.from(broken()) }));
  const { error } = await runWorkflow(dest, workflow);
  expect(error?.message).toContain("the disk is gone");
});

test("an immediate response goes out while the workflow goes on, and is the only one", async () => {
  const { dest } = setUp();
  const sent: [HttpResponse, string][] = [];
  const done: string[] = [];
  const workflow = workflowOf(
    async ({ $ }) => {
      await $.respond({ immediate: true, status: 202, body: Readable.from(["acc", "epted"]) });
      done.push("a");
    },
    async ({ $ }) => {
      await $.respond({ status: 500 });
      done.push("b");
    },
  );
  const { respond } = await runWorkflow(dest, workflow, {
    async onRespond(response) {
      sent.push([response, await toResponse(response).text()]);
      done.push("sent");
    },
  });
  expect(sent.map(([{ status }, text]) => [status, text])).toEqual([[202, "accepted"]]);
  expect(done).toEqual(["sent", "a", "b"]);
  expect(respond).toMatchObject({ status: 202, immediate: true });
});

test("a status that is none is refused at the line that gives it", async () => {
  const { dest } = setUp();
  const { error } = await runWorkflow(
    dest,
    workflowOf(({ $ }) => $.respond({ status: 999 })),
  );
  expect(error?.cause).toMatchObject({ code: "DEST_INVALID_PAYLOAD" });
  expect(error?.message).toMatch(/respond\.test\.ts:\d+/);
});

test("toResponse makes JSON of an object and answers 200 to nothing", async () => {
  const json = toResponse({ body: { ok: true }, headers: { "x-a": "1" } });
  expect(json.headers.get("content-type")).toBe("application/json");
  expect(json.headers.get("x-a")).toBe("1");
  expect(await json.json()).toEqual({ ok: true });
  expect([toResponse().status, await toResponse().text()]).toEqual([200, ""]);
  expect(toResponse({ status: 204 }).status).toBe(204);
});
