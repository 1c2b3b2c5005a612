import { DestError } from "@dest/core";
import { describe, expect, test } from "vitest";
import { classifyFailure, classifyResponse } from "../src/classify.js";

const now = Date.UTC(2026, 0, 1);

function answered(status: number, headers: Record<string, string> = {}, body = "") {
  const response = { status, headers, body: Buffer.from(body), bytes: body.length, isWhole: true };
  return classifyResponse(response, { now: () => now });
}

function errorOf(outcome: ReturnType<typeof classifyResponse>): DestError {
  if (outcome.status === "delivered") throw new Error("it was delivered");
  return outcome.error;
}

describe("a response", () => {
  test.each([200, 201, 202, 204, 206, 299])("%i is delivered, with the status as its receipt", (status) => {
    expect(answered(status)).toEqual({ status: "delivered", receipt: { status } });
  });

  test.each([408, 425, 429, 500, 501, 502, 503, 504, 507, 599])("%i is tried again", (status) => {
    const outcome = answered(status);
    expect(outcome.status).toBe("retry");
    expect(outcome).not.toHaveProperty("afterMs");
    expect(errorOf(outcome).code).toBe("DEST_HTTP_STATUS");
    expect(errorOf(outcome).message).toContain(String(status));
  });

  test.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 451, 499])("%i is final", (status) => {
    const outcome = answered(status);
    expect(outcome.status).toBe("rejected");
    expect(errorOf(outcome).code).toBe("DEST_HTTP_STATUS");
    expect(errorOf(outcome).message).toContain(String(status));
  });

  test.each([300, 301, 302, 303, 304, 307, 308])("%i is final and says where it points", (status) => {
    const outcome = answered(status, { location: "https://there.example/x" });
    expect(outcome.status).toBe("rejected");
    expect(errorOf(outcome).message).toContain("https://there.example/x");
  });

  test.each(["/in?token=PLANTED", "/in#token=PLANTED"])(
    "what may be a secret in %s is not in the message",
    (location) => {
      const { message } = errorOf(answered(302, { location }));
      expect(message).toContain("/in");
      expect(message).not.toContain("PLANTED");
    },
  );

  test("a redirect to nowhere is final too", () => {
    expect(answered(302).status).toBe("rejected");
    expect(errorOf(answered(302)).message).toMatch(/302, a redirect to nowhere$/);
  });

  test.each([408, 425, 429, 503])("a Retry-After with %i is how long to wait", (status) => {
    expect(answered(status, { "retry-after": "7" })).toMatchObject({ status: "retry", afterMs: 7_000 });
    const at = { "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" };
    expect(answered(status, at)).toMatchObject({ status: "retry", afterMs: 60_000 });
  });

  test("a Retry-After that makes no sense leaves the usual delays", () => {
    expect(answered(503, { "retry-after": "later" })).not.toHaveProperty("afterMs");
  });

  test("a Retry-After changes nothing about what is final", () => {
    expect(answered(404, { "retry-after": "7" }).status).toBe("rejected");
  });

  test("the first line of the body explains the status", () => {
    const { message } = errorOf(answered(422, {}, "\nname is missing\nat line 7"));
    expect(message).toContain("name is missing");
    expect(message).not.toContain("line 7");
  });

  test("a long body does not become a long message", () => {
    expect(errorOf(answered(422, {}, "x".repeat(4_000))).message.length).toBeLessThan(300);
  });
});

describe("no response", () => {
  const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

  test.each([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
  ])("%s is tried again, and cannot have arrived", (code) => {
    const outcome = classifyFailure(failure(code, `connect ${code} 192.0.2.1:80`), true);
    expect(outcome.status).toBe("retry");
    expect(errorOf(outcome)).toMatchObject({ code: "DEST_NETWORK", ambiguous: false });
    expect(errorOf(outcome).message).toBe(`connect ${code} 192.0.2.1:80`);
  });

  test.each(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "HPE_INVALID_CONSTANT"])(
    "%s is tried again, and may have arrived once the request was begun",
    (code) => {
      expect(errorOf(classifyFailure(failure(code, "closed"), true))).toMatchObject({
        code: "DEST_NETWORK",
        message: `${code}: closed`,
        ambiguous: true,
      });
      expect(errorOf(classifyFailure(failure(code, "closed"), false)).ambiguous).toBe(false);
    },
  );

  test("an error without a code is told by its name", () => {
    expect(errorOf(classifyFailure(new TypeError("terminated"), true)).message).toBe("TypeError: terminated");
  });

  test("of a name with two addresses, both failures are told", () => {
    const both = [
      failure("ECONNREFUSED", "connect ECONNREFUSED ::1:80"),
      failure("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:80"),
    ];
    const cause = Object.assign(new AggregateError(both), { code: "ECONNREFUSED" });
    const error = errorOf(classifyFailure(cause, false));
    expect(error.message).toBe("connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80");
    expect(error.cause).toBe(cause);
  });

  test("an error without a message is told by its code", () => {
    expect(errorOf(classifyFailure(failure("EPIPE", ""), true)).message).toBe("EPIPE");
  });

  test("what ended the attempt from outside is passed on as it is", () => {
    const timeout = new DestError("DEST_TIMEOUT", "the attempt reached its timeout");
    expect(classifyFailure(timeout, true)).toEqual({ status: "retry", error: timeout });
  });
});
