import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { runDemo, startDemo } from "./run-demo.js";

vi.setConfig({ testTimeout: 30_000 });

const folder = realpathSync(mkdtempSync(join(tmpdir(), "dest-demo-")));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const step = (...body: string[]) => [
  "export default defineComponent({",
  "  async run({ steps, $ }) {",
  ...body,
  "  }",
  "})",
];
const send = (data: string) => `    $.send.http({ method: "POST", url: "[YOUR URL HERE]", data: ${data} });`;

/** A server of the test's; answers `status`, keeps bodies. */
async function receiver(status = 200) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies };
}

/** An address nothing listens on. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(false)).on("error", () => resolve(true));
    socket.on("connect", () => socket.destroy());
  });
}

const rows = (stdout: string) => stdout.split("\n").filter((line) => /^ {2}r_\w+\.\d+ /.test(line));

test("the example programs run as they are written and everything they send arrives", async () => {
  const { code, stdout, stderr } = await runDemo([]);
  expect(stderr).toBe("");
  expect(rows(stdout)).toHaveLength(6);
  for (const row of rows(stdout)) expect(row).toMatch(/ http +delivered +1 +\d+ ms +200$/);
  expect(stdout).toContain("The receiver got 6 requests:");
  for (const name of ["Luke Skywalker", "Luke", "Han", "Leia", "Obi Wan"]) {
    expect(stdout).toContain(`POST /  {"name":"${name}"}`);
  }
  expect(stdout).toMatch(/6 of 6 delivered in \d+\.\d s\./);
  expect(code).toBe(0);
});

test("away from a terminal there is no colour and progress is lines", async () => {
  const { stdout } = await runDemo([]);
  expect(stdout).not.toContain("\u001b");
  expect(stdout).not.toContain("\r");
  expect(stdout).toMatch(/^ {2}6\/6 delivered$/m);
});

test("--url sends the example programs to an address of one's own", async () => {
  const { url, bodies } = await receiver();
  const { code } = await runDemo(["--url", url]);
  expect(code).toBe(0);
  expect(bodies.map((body) => JSON.parse(body).name).sort()).toEqual(
    ["Han", "Leia", "Luke", "Luke Skywalker", "Luke Skywalker", "Obi Wan"].sort(),
  );
});

test("a file of one's own runs on an event of one's own", async () => {
  const { url, bodies } = await receiver();
  const workflow = file("mine.mjs", ...step(send("steps.trigger.event.body")));
  const event = file("event.json", '{ "body": { "id": 17 } }');
  const { code } = await runDemo(["--workflow", workflow, "--event", event, "--url", url]);
  expect(code).toBe(0);
  expect(bodies).toEqual(['{"id":17}']);
});

test("a folder of steps shows what each said, the response, and what was sent before a step failed", async () => {
  const folder = fileURLToPath(new URL("../workflows/order", import.meta.url));
  const { code, stdout, stderr } = await runDemo(["--workflow", folder]);
  expect(code).toBe(1);
  expect(stdout).toContain("order  3 messages, responds 202, Told the shop of 2 lines for 55 EUR");
  expect(stdout).toMatch(/prices +\{"total":55,"\$return_value":2\}/);
  expect(stdout).toMatch(/archive +failed/);
  expect(stdout).toContain('responds {"status":202,"body":{"accepted":true}}');
  expect(stderr).toMatch(/step archive failed at .*archive\.mjs:5:11: no room in the archive/);
  expect(rows(stdout)).toHaveLength(3);
  expect(stdout).toContain("3 of 3 delivered");
});

test("a chain of three workflows from one file, each run when the one before it emits", async () => {
  const chain = fileURLToPath(new URL("../workflows/chain.mjs", import.meta.url));
  const { stdout, code } = await runDemo(["--workflow", chain]);
  expect(code).toBe(0);
  expect(stdout).toContain('POST /  {"invoice":"order-17","total":55}');
  expect(stdout).toContain('POST /  {"parcel":"order-17"}');
  expect(stdout).toMatch(/4 of 4 delivered/);
});

test("mails, objects, events and rows are delivered, too", async () => {
  const all = file(
    "all.mjs",
    ...step(
      '    $.send.email({ subject: "Hello", text: "there" });',
      '    $.send.s3({ bucket: "events", prefix: "test/", payload: { name: "Luke" } });',
      '    $.send.sse({ channel: "people", payload: { name: "Leia" } });',
      '    $.send.sql({ table: "people", payload: { name: "Han" } });',
    ),
  );
  const { stdout, code } = await runDemo(["--workflow", all]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/PUT \/events\/test\//);
  expect(stdout).toMatch(/4 of 4 delivered/);
});

test("the event can come on standard input", async () => {
  const { url, bodies } = await receiver();
  const workflow = file("piped.mjs", ...step(send("steps.trigger.event")));
  const { code } = await runDemo(["--workflow", workflow, "--event", "-", "--url", url], '{"piped":true}');
  expect(code).toBe(0);
  expect(bodies).toEqual(['{"piped":true}']);
});

test("an action gets the values of its props from a file", async () => {
  const { url, bodies } = await receiver();
  const action = [
    "export default {",
    '  type: "action", props: { name: "string" },',
    "  run({ $ }) {",
    send("{ name: this.name }"),
    "  }",
    "}",
  ];
  const workflow = file("action.mjs", ...action);
  const without = await runDemo(["--workflow", workflow, "--url", url]);
  expect(without.stderr).toContain("name (string)");
  expect(without.code).toBe(1);
  const props = file("props.json", '{ "name": "Lando" }');
  const { code } = await runDemo(["--workflow", workflow, "--props", props, "--url", url]);
  expect(code).toBe(0);
  expect(bodies).toEqual(['{"name":"Lando"}']);
});

test("a step that throws is one message with file and line, and what was sent before arrives and is shown", async () => {
  const workflow = file(
    "throws.mjs",
    ...step(send("{ n: 1 }"), "    const order = undefined;", "    return order.total;"),
  );
  const { code, stdout, stderr } = await runDemo(["--workflow", workflow]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(`${workflow}:5:18: TypeError: `);
  expect(rows(stdout)).toHaveLength(1);
  expect(rows(stdout)[0]).toContain("delivered");
  expect(stdout).toContain('POST /  {"n":1}');
  expect(code).toBe(1);
});

test.each([
  ["a missing workflow", ["--workflow", join(folder, "nowhere.mjs")], `${join(folder, "nowhere.mjs")}: `],
  ["a missing event", ["--event", join(folder, "nowhere.json")], `${join(folder, "nowhere.json")}: `],
  [
    "a syntax error",
    ["--workflow", file("broken.mjs", ...step("    const x = ;"))],
    `${join(folder, "broken.mjs")}:3:15: `,
  ],
  [
    "an event that is no JSON",
    ["--event", file("bad.json", "{", '  "a": 1,', '  "b": nope', "}")],
    `${join(folder, "bad.json")}:3:8: `,
  ],
  ["an unknown flag", ["--wrkflow", "x.mjs"], "--wrkflow"],
  ["a flag without its value", ["--workflow"], "--workflow needs a value"],
  ["an address that is none", ["--url", "localhost:8080"], "--url"],
  ["a wait that is no number", ["--wait", "long"], "--wait"],
])("%s is one clear message, and nothing runs", async (_, args, says) => {
  const { code, stdout, stderr } = await runDemo(args);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(says);
  expect(stdout).toBe("");
  expect(code).toBe(1);
});

test("an event that is no JSON is reported on standard input too", async () => {
  const { code, stderr } = await runDemo(["--event", "-"], '{"a": 1,\n}');
  expect(stderr).toContain("standard input:2:1: ");
  expect(code).toBe(1);
});

test("what is refused is dead in the table, with the reason, and the demo fails", async () => {
  const { url } = await receiver(404);
  const { code, stdout } = await runDemo(["--url", url]);
  expect(rows(stdout)[0]).toMatch(/ dead +1 +\d+ ms +404$/);
  expect(stdout).toContain("6 dead: DEST_HTTP_STATUS");
  expect(code).toBe(1);
});

test("after --wait seconds the demo ends and shows what is still retrying", async () => {
  const { code, stdout } = await runDemo(["--url", await deadUrl(), "--wait", "0.5"]);
  expect(rows(stdout)).toHaveLength(6);
  for (const row of rows(stdout)) expect(row).toMatch(/ retrying +\d+ +\d+ ms +-$/);
  expect(stdout).toContain("ECONNREFUSED");
  expect(stdout).toContain("6 given up");
  expect(code).toBe(1);
});

test("with --outbox what could not be delivered goes on in the next run", async () => {
  const url = await deadUrl();
  const workflow = file("kept.mjs", ...step(send("steps.trigger.event")));
  const event = file("kept.json", '{"n":1}');
  const given = ["--workflow", workflow, "--event", event, "--url", url, "--outbox", join(folder, "outbox")];
  const first = await runDemo([...given, "--wait", "0"]);
  expect([first.code, rows(first.stdout).length]).toEqual([1, 1]);
  expect(first.stderr).toBe("");
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const second = await runDemo(given);
  expect(second.stdout).toMatch(/1 from before waits in /);
  expect([second.code, rows(second.stdout).length]).toEqual([0, 2]);
  expect(bodies).toEqual(['{"n":1}', '{"n":1}']);
});

test("a promise that a step forgot is shown, fails the demo, and costs nothing that was sent", async () => {
  const late = ["    setTimeout(() => {", send("{ n: 2 }"), "    }, 20);"];
  const workflow = file("forgets.mjs", ...step(send("{ n: 1 }"), ...late));
  const { code, stdout, stderr } = await runDemo(["--workflow", workflow]);
  expect(stderr).toContain("has ended");
  expect(stderr).toContain(`forgets.mjs:5:`);
  expect(rows(stdout)).toHaveLength(1);
  expect(rows(stdout)[0]).toContain("delivered");
  expect(code).toBe(1);
});

test("a timer the workflow leaves behind does not keep the demo alive", async () => {
  const workflow = file("lingers.mjs", ...step(send("{}"), "    setInterval(() => {}, 1_000);"));
  const { code } = await runDemo(["--workflow", workflow]);
  expect(code).toBe(0);
});

test("a workflow that sends nothing is no failure", async () => {
  const { code, stdout } = await runDemo(["--workflow", file("quiet.mjs", ...step())]);
  expect(stdout).toContain("nothing was sent");
  expect(code).toBe(0);
});

test("--help lists every flag", async () => {
  const { code, stdout } = await runDemo(["--help"]);
  for (const flag of ["--workflow", "--event", "--props", "--url", "--wait"]) expect(stdout).toContain(flag);
  expect(code).toBe(0);
});

test("Ctrl-C while deliveries wait shows the table, and the receiver is gone", async () => {
  const workflow = file(
    "waits.mjs",
    ...step(send("{}"), "    $.with({ delay: 60_000 }).send.http({ url: '[YOUR URL HERE]' });"),
  );
  const demo = startDemo(["--workflow", workflow]);
  const [, port] = await demo.says(/receiver +http:\/\/127\.0\.0\.1:(\d+)/);
  await demo.says(/delivered/);
  demo.kill("SIGINT");
  const { code, stdout } = await demo.ended;
  expect(rows(stdout)).toHaveLength(2);
  expect(code).toBe(130);
  expect(await refusesConnections(Number(port))).toBe(true);
});

test("the receiver ends with the demo even when the demo is killed", async () => {
  const workflow = file("hangs.mjs", ...step("    await new Promise(() => {});"));
  const demo = startDemo(["--workflow", workflow]);
  const [, port] = await demo.says(/receiver +http:\/\/127\.0\.0\.1:(\d+)/);
  demo.kill("SIGKILL");
  await demo.ended;
  await expect.poll(() => refusesConnections(Number(port)), { timeout: 10_000 }).toBe(true);
});
