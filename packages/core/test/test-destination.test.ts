import { stat } from "node:fs";
import { Agent, createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Batch,
  type DeliverContext,
  DestError,
  type Destination,
  invalid,
  type Outcome,
} from "../src/index.js";
import {
  type DestinationService,
  type DestinationTest,
  destinationCases,
  type ServiceAnswer,
  type Taken,
  testDestination,
  throttleMs,
} from "../src/testing/index.js";

interface Note {
  readonly room: string;
  readonly number: number;
  readonly text: string;
}

type Notes = Destination<readonly [note: Note], Note>;

interface Board extends DestinationService {
  readonly url: string;
}

const token = "PLANTED";

/** A board of notes on this machine. It pins many notes at once, and says which it refuses. */
async function board(answer: () => ServiceAnswer): Promise<Board> {
  const pinned: Taken[] = [];
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const notes = JSON.parse(text) as { id: string; number: number }[];
    const key = incoming.headers["idempotency-key"]?.toString();
    const pin = (some: typeof notes) => {
      pinned.push(...some.map(({ number }) => ({ call: number, key })));
      response.end(JSON.stringify(notes.filter((note) => !some.includes(note)).map(({ id }) => id)));
    };
    switch (answer()) {
      case "accept":
        return pin(notes);
      case "partial":
        return pin(notes.slice(0, -1));
      case "transient":
        return response.writeHead(503).end();
      case "permanent":
        return response.writeHead(400).end();
      case "throttle":
        return response.writeHead(429, { "retry-after": String(throttleMs / 1_000) }).end();
      case "silent":
        return undefined;
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => pinned,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Post {
  readonly agent: Agent | undefined;
  readonly key: string;
  readonly signal: AbortSignal;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function post(url: string, body: unknown, { agent, key, signal }: Post): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "idempotency-key": key };
    const outgoing = httpRequest(url, { method: "POST", agent, headers, signal }, async (incoming) => {
      let text = "";
      for await (const chunk of incoming) text += chunk;
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
    });
    outgoing.on("error", reject).end(JSON.stringify(body));
  });
}

/** Parts of `deliver` that a broken one does otherwise. */
interface Parts {
  readonly key: (batch: Batch<Note>) => string;
  readonly signal: (context: DeliverContext) => AbortSignal;
  readonly failure: (reply: Reply) => Outcome;
  readonly outcomes: (
    batch: Batch<Note>,
    refused: readonly string[],
  ) => ReadonlyMap<string, Outcome> | Outcome;
}

const no = (code: string, message: string) => new DestError(`NOTES_${code}`, message);
const delivered: Outcome = { status: "delivered" };

const good: Parts = {
  key: ({ id }) => id,
  signal: ({ signal }) => signal,
  failure({ status, headers }) {
    const error = no("STATUS", `the board answered ${status}`);
    if (status === 429) return { status: "retry", error, afterMs: Number(headers["retry-after"]) * 1_000 };
    return status < 500 ? { status: "rejected", error } : { status: "retry", error };
  },
  outcomes: ({ messages }, refused) =>
    new Map(
      messages.map(({ id }): [string, Outcome] => [
        id,
        refused.includes(id) ? { status: "rejected", error: no("REFUSED", "no room for it") } : delivered,
      ]),
    ),
};

function notes(url: string, parts: Partial<Parts> = {}): Notes {
  const { key, signal, failure, outcomes } = { ...good, ...parts };
  let agent: Agent | undefined;
  return {
    kind: "acme/notes",
    apiVersion: 1,
    policy: { batch: { maxSize: 10 } },
    accepts: ["room", "number", "text"],
    prepare({ room, number, text }) {
      if (typeof room !== "string") throw invalid("room", room);
      if (typeof text !== "string") throw invalid("text", text);
      return { room, number, text };
    },
    sizeOf: ({ text }) => text.length,
    groupKey: ({ room }) => room,
    open() {
      agent = new Agent({ keepAlive: true });
    },
    async deliver(batch, context) {
      const body = batch.messages.map(({ id, value }) => ({ id, ...value }));
      context.record({ request: { url } });
      const reply = await post(url, body, { agent, key: key(batch), signal: signal(context) });
      context.record({ response: { status: reply.status } });
      return reply.status === 200 ? outcomes(batch, JSON.parse(reply.text)) : failure(reply);
    },
    async close() {
      agent?.destroy();
      agent = undefined;
    },
  };
}

function kitFor(create: (service: Board) => Notes): Omit<DestinationTest<readonly [Note], Board>, "test"> {
  return {
    serve: board,
    create,
    call: (number) => [{ room: "red", number, text: `note ${number}` }],
    invalid: [
      { args: [{ room: 5, number: 0, text: "" }], path: "room" },
      { args: [{ room: "red", number: 0 }], path: "text" },
    ],
    secrets: [token],
    patience: 1_000,
  };
}

type Kit = Partial<DestinationTest<readonly [Note], Board>>;

function casesOf(create: (service: Board) => Notes, kit: Kit = {}) {
  const cases: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  testDestination({ ...kitFor(create), ...kit, test: (name, run) => cases.push({ name, run }) });
  return cases;
}

/** What the cases that failed said, by their names. */
async function failuresOf(create: (service: Board) => Notes): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  for (const { name, run } of casesOf(create)) {
    try {
      await run();
    } catch (error) {
      failures[name] = (error as Error).message;
    }
  }
  return failures;
}

describe("a destination that keeps the contract passes", () => {
  testDestination({ ...kitFor(({ url }) => notes(url)), test });
});

const timers: NodeJS.Timeout[] = [];
afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

const together = "messages sent together are each taken once";
const inPart = "of a batch that is taken in part, each message has its own outcome";
const secret = "no record, event or error shows a secret, however an attempt ends";
const closing = "it can be closed while it delivers, which ends the attempt";
const closed = "once closed it keeps nothing open";
const again = "delivered again, as after an answer that was lost, it is delivered or fails with a code";

/** Each does one thing wrong; what it is, and the cases that must tell. */
const broken: readonly (readonly [flaw: string, fails: readonly string[], (service: Board) => Notes])[] = [
  [
    "says nothing of what it is",
    ["it says what it is, and has what core calls"],
    ({ url }) => ({ ...notes(url), kind: "" }),
  ],
  [
    "reads a file in its factory",
    ["the factory does no I/O: that begins in open"],
    ({ url }) => {
      stat(".", () => undefined);
      return notes(url);
    },
  ],
  [
    "looks something up in prepare, a tick later",
    ["prepare is synchronous and does no I/O"],
    ({ url }) => {
      const it = notes(url);
      const lookUp = () => stat(".", () => undefined);
      return {
        ...it,
        prepare(note) {
          queueMicrotask(lookUp);
          return it.prepare(note);
        },
      };
    },
  ],
  [
    "changes its arguments",
    ["prepare leaves its arguments as they are"],
    ({ url }) => {
      const it = notes(url);
      return { ...it, prepare: (note) => it.prepare(Object.assign(note, { seen: true })) };
    },
  ],
  [
    "draws lots in prepare",
    ["prepare makes the same of the same arguments"],
    ({ url }) => {
      const it = notes(url);
      return { ...it, prepare: (note) => ({ ...it.prepare(note), nonce: Math.random() }) };
    },
  ],
  [
    "keeps the arguments beside what it prepared",
    ["what the caller changes after the call is not in what is delivered"],
    ({ url }) => {
      const it = notes(url);
      const kept = new Map<string, Note>();
      return {
        ...it,
        prepare(note) {
          kept.set(note.text, note);
          return it.prepare(note);
        },
        deliver(batch, context) {
          const messages = batch.messages.map((m) => ({ ...m, value: kept.get(m.value.text) ?? m.value }));
          return it.deliver({ ...batch, messages } as unknown as Batch<Note>, context);
        },
      };
    },
  ],
  [
    "prepares a Date",
    ["what prepare returns survives serialization"],
    ({ url }) => {
      const it = notes(url);
      return { ...it, prepare: (note) => ({ ...it.prepare(note), at: new Date(0) }) };
    },
  ],
  [
    "tells another size each time",
    ["sizeOf, groupKey, batchKey and orderKey say the same each time, also of a stored value"],
    ({ url }) => {
      let size = 1;
      return { ...notes(url), sizeOf: () => size++ };
    },
  ],
  [
    "refuses a call without naming the path",
    ["an invalid call is refused with DEST_INVALID_PAYLOAD, and the path is named"],
    ({ url }) => ({
      ...notes(url),
      prepare(note) {
        if (typeof note.room !== "string" || typeof note.text !== "string") throw invalid("it", note);
        return note;
      },
    }),
  ],
  [
    "changes the message it delivers",
    ["deliver leaves its batch as it is"],
    ({ url }) => {
      const it = notes(url);
      return {
        ...it,
        async deliver(batch, context) {
          const outcome = await it.deliver(batch, context);
          Object.assign(batch.messages[0].value, { text: "sent" });
          return outcome;
        },
      };
    },
  ],
  [
    "gives up at a failure that passes",
    ["a failure that passes is tried again, and then delivered"],
    ({ url }) =>
      notes(url, {
        failure: (reply) => good.failure({ ...reply, status: reply.status === 503 ? 400 : reply.status }),
      }),
  ],
  [
    "repeats what was refused for good",
    ["a refusal for good makes a dead letter of it after one attempt"],
    ({ url }) =>
      notes(url, {
        failure: (reply) => good.failure({ ...reply, status: reply.status === 400 ? 503 : reply.status }),
      }),
  ],
  [
    "takes seconds for milliseconds",
    ["a service that asks to wait is tried again exactly then"],
    ({ url }) =>
      notes(url, {
        failure(reply) {
          const outcome = good.failure(reply);
          return "afterMs" in outcome ? { ...outcome, afterMs: throttleMs / 1_000 } : outcome;
        },
      }),
  ],
  [
    "has a shorter time limit of its own",
    ["no answer is DEST_TIMEOUT at the policy's timeout, and the next attempt delivers"],
    ({ url }) => {
      const it = notes(url);
      return {
        ...it,
        async deliver(batch, context) {
          const impatient = new Promise<Outcome>((resolve) =>
            context.clock.after(1_000, () => resolve({ status: "retry", error: no("LATE", "no answer") })),
          );
          const answer = it.deliver(batch, context);
          answer.catch(() => undefined);
          return Promise.race([answer, impatient]);
        },
      };
    },
  ],
  [
    "ignores abort",
    ["deliver ends soon after its signal aborts"],
    ({ url }) => notes(url, { signal: () => new AbortController().signal }),
  ],
  [
    "throws at a batch it has seen",
    [again],
    ({ url }) => {
      const it = notes(url);
      const seen = new Set<string>();
      return {
        ...it,
        async deliver(batch, context) {
          if (seen.has(batch.id)) throw new RangeError("seen");
          const outcome = await it.deliver(batch, context);
          if (outcome instanceof Map) seen.add(batch.id);
          return outcome;
        },
      };
    },
  ],
  [
    "makes a new key for each attempt",
    ["a message that comes again is taken once, or can be told by its key"],
    ({ url }) => notes(url, { key: ({ id, attempt }) => `${id}/${attempt}` }),
  ],
  [
    "has one key for all messages",
    ["a message that comes again is taken once, or can be told by its key"],
    ({ url }) => notes(url, { key: ({ key }) => `key ${key}` }),
  ],
  [
    "loses a message of a map",
    [together],
    ({ url }) =>
      notes(url, {
        outcomes: (batch, refused) => {
          const all = [...(good.outcomes(batch, refused) as ReadonlyMap<string, Outcome>)];
          return new Map(refused.length > 0 || all.length === 1 ? all : all.slice(1));
        },
      }),
  ],
  [
    "has an outcome for an id of no message",
    [together, inPart],
    ({ url }) =>
      notes(url, {
        outcomes: (batch, refused) =>
          new Map([...(good.outcomes(batch, refused) as Map<string, Outcome>), ["0", delivered]]),
      }),
  ],
  [
    "calls delivered what was taken in part",
    [inPart],
    ({ url }) => notes(url, { outcomes: () => delivered }),
  ],
  [
    "waits in close for an answer",
    [closing, closed],
    ({ url }) => {
      const it = notes(url, { signal: () => new AbortController().signal });
      const underWay = new Set<Promise<unknown>>();
      return {
        ...it,
        deliver(batch, context) {
          const answer = it.deliver(batch, context);
          underWay.add(answer);
          answer.then(
            () => underWay.delete(answer),
            () => underWay.delete(answer),
          );
          const aborted = new Promise<Outcome>((resolve) =>
            context.onAbort((error) => resolve({ status: "retry", error })),
          );
          return Promise.race([answer, aborted]);
        },
        async close() {
          await Promise.allSettled(underWay);
          await it.close?.();
        },
      };
    },
  ],
  [
    "goes on with what it delivers when it is closed",
    [closing],
    ({ url }) => {
      const it = notes(url);
      return {
        ...it,
        deliver: async (batch, context) =>
          it.deliver(batch, context).catch((error: unknown) => {
            if (context.signal.reason?.code !== "DEST_CLOSED") throw error;
            return new Promise<never>(() => undefined);
          }),
      };
    },
  ],
  [
    "keeps a timer after close",
    [closed],
    ({ url }) => ({
      ...notes(url),
      open: () => void timers.push(setInterval(() => undefined, 60_000)),
    }),
  ],
  [
    "stays closed",
    ["it can be opened again after it was closed"],
    ({ url }) => {
      const it = notes(url);
      let isClosed = false;
      return {
        ...it,
        async deliver(batch, context) {
          return isClosed
            ? { status: "rejected", error: no("CLOSED", "closed") }
            : it.deliver(batch, context);
        },
        async close() {
          isClosed = true;
          await it.close?.();
        },
      };
    },
  ],
  [
    "quotes a secret in an error",
    [secret],
    ({ url }) =>
      notes(url, {
        failure: (reply) =>
          reply.status === 503
            ? { status: "retry", error: no("STATUS", `503 for ${token}`) }
            : good.failure(reply),
      }),
  ],
  [
    "quotes a secret in the cause of an error",
    [secret],
    ({ url }) =>
      notes(url, {
        failure: (reply) =>
          reply.status === 503
            ? { status: "retry", error: new DestError("NOTES_STATUS", "503", { cause: { token } }) }
            : good.failure(reply),
      }),
  ],
  [
    "records a secret in another form",
    [secret],
    ({ url }) => {
      const it = notes(url);
      return {
        ...it,
        deliver(batch, context) {
          context.record({ request: { login: btoa(token) } });
          return it.deliver(batch, context);
        },
      };
    },
  ],
];

describe("a destination is caught that", () => {
  test.each(broken)(
    "%s",
    async (_flaw, fails, create) => {
      const failures = await failuresOf(create);
      expect(Object.keys(failures), inspect(failures)).toEqual(fails);
    },
    30_000,
  );
});

test("a failure says what the contract asks, then what was seen", async () => {
  const failures = await failuresOf(({ url }) =>
    notes(url, { failure: () => ({ status: "retry", error: no("STATUS", "no"), afterMs: 7 }) }),
  );
  expect(failures["a service that asks to wait is tried again exactly then"]).toBe(
    "afterMs is what the service asked for: 7000 ms\nexpected: 7000\nseen:     7",
  );
});

describe("cases are left out only with a reason", () => {
  test("which is printed", () => {
    const print = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const names = casesOf(({ url }) => notes(url), {
      cannot: { partial: "a board takes all or nothing" },
    }).map(({ name }) => name);
    expect(destinationCases.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([
      inPart,
    ]);
    expect(print).toHaveBeenCalledExactlyOnceWith(`left out: ${inPart}: a board takes all or nothing`);
    print.mockRestore();
  });

  test.each(["invalid", "secrets"] as const)("so that %s is given or said not to be", (what) => {
    expect(() => casesOf(({ url }) => notes(url), { [what]: [] })).toThrow(
      `testDestination: ${what} is missing; a destination without any says why in cannot.${what}`,
    );
  });
});
