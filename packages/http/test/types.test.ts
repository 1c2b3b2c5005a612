import { createDest, DestError, type Policy } from "@dest/core";
import { describe, expect, test } from "vitest";
import { type HttpOptions, http } from "../src/index.js";

// Exported, so that its declaration must be writable with public names only.
export const dest = createDest({ destinations: { http: http(), audit: http({ timeout: 10_000 }) } });

const url = "https://example.com";
const refused = expect.objectContaining({ code: "DEST_INVALID_PAYLOAD" });

/** Sends in a run that is discarded. */
function sending(work: (send: ReturnType<typeof dest.begin>["$"]["send"]) => unknown): () => void {
  return () => {
    const run = dest.begin();
    try {
      work(run.$.send);
    } finally {
      run.discard();
    }
  };
}

describe("what types forbid is refused at run time too", () => {
  test("no url", () => {
    // @ts-expect-error url is missing
    expect(sending((send) => send.http({}))).toThrow(refused);
    // @ts-expect-error the request is missing
    expect(sending((send) => send.http())).toThrow(refused);
  });

  test("a url that is a number", () => {
    // @ts-expect-error a string or a URL
    expect(sending((send) => send.http({ url: 5 }))).toThrow(refused);
  });

  test("a method that is no string", () => {
    // @ts-expect-error a string
    expect(sending((send) => send.http({ url, method: 5 }))).toThrow(refused);
  });

  test("a key that is not read, and the nearest that is", () => {
    // @ts-expect-error it is called data
    expect(sending((send) => send.http({ url, body: {} }))).toThrow(refused);
    // @ts-expect-error it is called params
    expect(sending((send) => send.http({ url, parms: {} }))).toThrow(/params/);
  });

  test("data that is no data", () => {
    // @ts-expect-error an object, a string or bytes
    expect(sending((send) => send.http({ url, data: 5 }))).toThrow(refused);
    // @ts-expect-error an object, a string or bytes
    expect(sending((send) => send.http({ url, data: null }))).toThrow(refused);
  });

  test("headers, params and auth of other shapes", () => {
    // @ts-expect-error values are scalars
    expect(sending((send) => send.http({ url, headers: { accept: ["a"] } }))).toThrow(refused);
    // @ts-expect-error values are scalars
    expect(sending((send) => send.http({ url, params: { a: null } }))).toThrow(refused);
    // @ts-expect-error both are needed
    expect(sending((send) => send.http({ url, auth: { username: "a" } }))).toThrow(refused);
  });

  test("options that nothing reads", () => {
    const invalidOption = expect.objectContaining({ code: "DEST_INVALID_OPTION" });
    // @ts-expect-error it is called timeout
    expect(() => http({ timout: 5_000 })).toThrow(invalidOption);
  });
});

test("what types allow is taken: undefined wherever a key may be absent", () => {
  const gone = undefined;
  const request = { url, method: gone, data: gone, headers: gone, params: gone, auth: gone };
  expect(sending((send) => send.http(request))).not.toThrow();
  const members = { url, headers: { a: gone, b: 1, c: true }, params: { a: gone, b: 1, c: true } };
  expect(sending((send) => send.audit(members))).not.toThrow();
  const none: HttpOptions & Policy = { timeout: gone, retry: gone, batch: gone };
  expect(() => createDest({ destinations: { http: http(none) } })).not.toThrow();
});

test("an error begins with the registered name and points at the line of the call", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a program without types
  const wrong: any = { url: undefined };
  try {
    sending((send) => send.audit(wrong))();
    expect.unreachable();
  } catch (error) {
    if (!DestError.is(error)) throw error;
    expect(error.message).toBe("$.send.audit: invalid value undefined for url");
    expect(error.stack?.split("\n")[1]).toContain("types.test.ts");
  }
});

test("batching is refused: each message is a request of its own", () => {
  expect(() => http({ batch: { maxSize: 10 } })).toThrow(
    expect.objectContaining({ code: "DEST_INVALID_OPTION", message: expect.stringContaining("batch") }),
  );
  expect(() => http({ batch: false })).not.toThrow();
});
