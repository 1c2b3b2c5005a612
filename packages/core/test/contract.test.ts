import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createDest, DestError, invalid } from "../src/index.js";
import { manualClock, recordingDestination } from "../src/testing/index.js";
import { thrownBy } from "./thrown-by.js";

const keys = ["url", "data", "prefix"] as const;

function setUp(options: { unknownKeys?: "throw" | "warn" } = {}) {
  const clock = manualClock();
  const http = recordingDestination({ accepts: keys });
  const dest = createDest({ destinations: { http }, clock, ...options });
  const warnings: DestError[] = [];
  dest.on("warning", (warning) => warnings.push(warning));
  return { clock, http, dest, warnings };
}

describe("a call collects; delivery happens after the run has finished", () => {
  test("without await, in loops, conditionals and Promise.all", async () => {
    const { clock, http, dest } = setUp();
    await dest.run(async ($) => {
      for (const name of ["Luke", "Han"]) $.send.http({ data: name });
      if (http.values.length === 0) $.send.http({ data: "Leia" });
      await Promise.all(
        ["Obi Wan", "Yoda"].map(async (name) => {
          await turn();
          $.send.http({ data: name });
        }),
      );
      await clock.advance(60_000);
      expect(http.values).toEqual([]);
    });
    await clock.advance(0);
    expect(http.values).toEqual(["Luke", "Han", "Leia", "Obi Wan", "Yoda"].map((data) => ({ data })));
  });

  test("50 sends in one run are ordinary", async () => {
    const { clock, http, dest } = setUp();
    await dest.run(($) => {
      for (let i = 0; i < 50; i++) $.send.http({ data: i });
    });
    await clock.advance(0);
    expect(http.values.map((value) => (value as { data: number }).data)).toEqual([...Array(50).keys()]);
  });
});

describe("await $.send.x() is very common", () => {
  test("the return value is a plain frozen { id }, never a thenable", async () => {
    const { dest } = setUp();
    await dest.run(
      async ($) => {
        const sent = $.send.http({ url: "u" });
        expect(sent).toEqual({ id: "order-17.0" });
        expect(Object.isFrozen(sent)).toBe(true);
        expect("then" in sent).toBe(false);
        expect(await $.send.http({ url: "u" })).toEqual({ id: "order-17.1" });
      },
      { runId: "order-17" },
    );
  });

  test("$.send itself can be awaited, logged and passed on", async () => {
    const { dest } = setUp();
    await dest.run(async ($) => {
      expect(await $.send).toBe($.send);
      expect(JSON.stringify($.send)).toBe("{}");
      const { http } = $.send;
      expect(http.name).toBe("http");
      expect(http({ url: "u" }).id).toBe(`${$.id}.0`);
    });
  });
});

describe("the value sent is the value at the call", () => {
  test("later changes to the object do not show", async () => {
    const { clock, http, dest } = setUp();
    await dest.run(($) => {
      const data = { at: new Date(0), tags: ["a"], none: undefined, bytes: Buffer.from("x") };
      $.send.http({ data });
      data.tags.push("b");
      data.at.setTime(1);
      data.bytes[0] = 0;
    });
    await clock.advance(0);
    const bytes = new Uint8Array([120]);
    expect(http.values).toEqual([{ data: { at: "1970-01-01T00:00:00.000Z", tags: ["a"], bytes } }]);
  });

  test("an Error becomes its name, message and stack; Map, Set and cycles are refused with the path", async () => {
    const { clock, http, dest } = setUp();
    const cycle: Record<string, unknown> = {};
    cycle.self = { again: cycle };
    await dest.run(($) => {
      $.send.http({ data: new RangeError("too far") });
      expect(thrownBy(() => $.send.http({ data: { seen: new Map() } })).message).toContain("for data.seen");
      expect(thrownBy(() => $.send.http({ data: new Set() })).message).toContain("for data:");
      expect(thrownBy(() => $.send.http({ data: cycle })).message).toContain("for data.self.again");
    });
    await clock.advance(0);
    expect(http.values).toEqual([
      { data: { name: "RangeError", message: "too far", stack: expect.stringContaining("too far") } },
    ]);
  });
});

describe("the run throws after sending", () => {
  const failing = ($: { send: { http: (payload: unknown) => unknown } }) => {
    $.send.http({ data: "before" });
    throw new RangeError("the work's own");
  };

  test("by default nothing of it is sent, and run rejects with the work's own error", async () => {
    const { clock, http, dest } = setUp();
    await expect(dest.run(failing)).rejects.toThrow(new RangeError("the work's own"));
    await clock.advance(60_000);
    expect(http.values).toEqual([]);
  });

  test('with onError: "deliver" what it sent before the throw is delivered, and run rejects all the same', async () => {
    const { clock, http, dest } = setUp();
    await expect(dest.run(failing, { onError: "deliver" })).rejects.toThrow(RangeError);
    await clock.advance(0);
    expect(http.values).toEqual([{ data: "before" }]);
  });
});

describe("early end", () => {
  test("what was sent stays sent; nothing later in the run is", async () => {
    const { clock, http, dest } = setUp();
    const run = dest.begin();
    run.$.send.http({ data: "sent" });
    await run.commit();
    expect(thrownBy(() => run.$.send.http({ data: "late" })).code).toBe("DEST_RUN_ENDED");
    await clock.advance(0);
    expect(http.values).toEqual([{ data: "sent" }]);
  });
});

describe("a run suspends or delays", () => {
  test("what was sent so far is committed at that boundary, not at the end", async () => {
    const { clock, http, dest } = setUp();
    const run = dest.begin();
    run.$.send.http({ data: 1 });
    await run.checkpoint();
    await clock.advance(0);
    expect(http.values).toEqual([{ data: 1 }]);
    run.$.send.http({ data: 2 });
    await clock.advance(0);
    expect(http.values).toHaveLength(1);
    await run.commit();
    await clock.advance(0);
    expect(http.values).toEqual([{ data: 1 }, { data: 2 }]);
  });
});

describe("a 4xx or 5xx from a destination", () => {
  test("is never an exception in user code, but a failed attempt with a reason and a duration", async () => {
    const clock = manualClock();
    const http = recordingDestination({
      retry: false,
      answer: async () => {
        await new Promise<void>((resolve) => clock.after(25, resolve));
        return { status: "rejected", error: new DestError("DEST_HTTP_STATUS", "the receiver answered 500") };
      },
    });
    const dest = createDest({ destinations: { http }, clock });
    const id = await dest.run(($) => $.send.http({}).id);
    await clock.advance(100);
    const record = await dest.messages.get(id);
    expect(record?.status).toBe("dead");
    expect(record?.attempts).toMatchObject([
      {
        outcome: "rejected",
        durationMs: 25,
        error: { code: "DEST_HTTP_STATUS", message: "the receiver answered 500" },
      },
    ]);
  });
});

describe("a send after the run has ended", () => {
  test("throws DEST_RUN_ENDED at the call; it is never silently lost", async () => {
    const { dest } = setUp();
    let forgotten: (() => unknown) | undefined;
    await dest.run(($) => {
      forgotten = () => $.send.http({ data: 1 });
    });
    const error = thrownBy(() => forgotten?.());
    expect(error.code).toBe("DEST_RUN_ENDED");
    expect(error.stack?.split("\n")[1]).toContain("contract.test.ts");
  });
});

describe("$.send.slack(...) where nothing is registered under that name", () => {
  test("throws DEST_UNKNOWN_DESTINATION and names the registered ones; reading it is harmless", async () => {
    const { dest } = setUp();
    await dest.run(($) => {
      const send = $.send as unknown as Record<string, (payload?: unknown) => unknown>;
      expect(typeof send.slack).toBe("function");
      expect(() => String(send.slack)).not.toThrow();
      const error = thrownBy(() => send.slack?.({}));
      expect(error.code).toBe("DEST_UNKNOWN_DESTINATION");
      expect(error.message).toContain("slack");
      expect(error.message).toContain("http");
      expect(error.stack?.split("\n")[1]).toContain("contract.test.ts");
    });
  });
});

describe("extra keys", () => {
  const extra = { url: "u", timeout: 5, validateStatus: () => true };

  test("in the library an unknown key throws, naming the nearest known key", async () => {
    const { dest } = setUp();
    await dest.run(($) => {
      const error = thrownBy(() => $.send.http({ ulr: "u" }));
      expect(error.code).toBe("DEST_INVALID_PAYLOAD");
      expect(error.message).toBe(
        "$.send.http: unknown key ulr (did you mean url?); known are url, data, prefix",
      );
      expect(thrownBy(() => $.send.http(extra)).message).toContain("unknown key timeout");
    });
  });

  test('with unknownKeys: "warn" they are ignored, functions among them, with one warning for each', async () => {
    const { clock, http, dest, warnings } = setUp({ unknownKeys: "warn" });
    for (let i = 0; i < 3; i++) await dest.run(($) => $.send.http(extra));
    await clock.advance(0);
    expect(http.values).toEqual([{ url: "u" }, { url: "u" }, { url: "u" }]);
    expect(warnings.map(({ code }) => code)).toEqual(["DEST_UNKNOWN_KEY", "DEST_UNKNOWN_KEY"]);
  });

  test("a run decides for itself", async () => {
    const { http, clock, dest } = setUp();
    await dest.run(($) => $.send.http(extra), { unknownKeys: "warn" });
    await clock.advance(0);
    expect(http.values).toEqual([{ url: "u" }]);
  });
});

describe("explicit undefined for an optional key", () => {
  test("is the same as absent, also where the key is unknown", async () => {
    const { clock, http, dest, warnings } = setUp();
    await dest.run(($) => $.send.http({ url: "u", prefix: undefined, text: undefined }));
    await clock.advance(0);
    expect(http.values).toEqual([{ url: "u" }]);
    expect(warnings).toEqual([]);
  });
});

describe("invalid value", () => {
  test("throws DEST_INVALID_PAYLOAD at the caller's line, in the form users know, with the registered name", async () => {
    const audit = {
      ...recordingDestination(),
      prepare: ({ url }: { url?: string }) => {
        if (url === undefined) throw invalid("url", url);
        return { url };
      },
    };
    const dest = createDest({ destinations: { audit } });
    await dest.run(($) => {
      const error = thrownBy(() => $.send.audit({}));
      expect(error.code).toBe("DEST_INVALID_PAYLOAD");
      expect(error.message).toBe("$.send.audit: invalid value undefined for url");
      expect(error.stack?.split("\n")[1]).toContain("contract.test.ts");
    });
    await dest.close();
  });

  test("a send that threw is not part of the run", async () => {
    const { clock, http, dest } = setUp();
    const ids = await dest.run(($) => {
      const first = $.send.http({ data: 1 }).id;
      expect(() => $.send.http({ data: new Map() })).toThrow();
      return [first, $.send.http({ data: 2 }).id];
    });
    await clock.advance(0);
    expect(http.values).toEqual([{ data: 1 }, { data: 2 }]);
    expect(ids.map((id) => id.split(".").at(-1))).toEqual(["0", "1"]);
  });
});
