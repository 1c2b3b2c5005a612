import { createDest } from "@dest/core";
import { recordingDestination } from "@dest/core/testing";
import { expect, test } from "vitest";
import { type Component, createWorkflow, runWorkflow } from "../src/index.js";
import { errorOf } from "./error-of.js";

type Props = Readonly<Record<string, unknown>>;

const workflowOf = (component: Component, props?: Props) =>
  createWorkflow({ id: "p", steps: [{ name: "action", component, props }] });

async function returned(component: Component, props?: Props): Promise<unknown> {
  await using dest = createDest({ destinations: { out: recordingDestination() } });
  const { steps, error } = await runWorkflow(dest, workflowOf(component, props));
  if (error) throw error;
  return steps.action.$return_value;
}

test("given values, defaults, and nothing for what is optional are on this", async () => {
  const action: Component = {
    props: {
      given: { type: "string" },
      short: "string",
      defaulted: { type: "integer", default: 5 },
      overridden: { type: "boolean", default: true },
      optional: { type: "string", optional: true },
      note: { type: "alert", content: "read this" },
    },
    run() {
      return { ...this, has: "optional" in this };
    },
  };
  expect(await returned(action, { given: "a", short: "b", overridden: false })).toEqual({
    given: "a",
    short: "b",
    defaulted: 5,
    overridden: false,
    has: false,
  });
});

test("every missing prop is named, before anything runs", async () => {
  const action: Component = {
    props: { channel: { type: "string" }, text: "string", rest: { type: "string", optional: true } },
    run() {},
  };
  const error = await errorOf(() => workflowOf(action));
  expect(error.code).toBe("DEST_PROP_MISSING");
  expect(error.message).toContain("step action");
  expect(error.message).toContain("channel (string), text (string)");
  expect(error.message).not.toContain("rest");
});

test("a value for a prop that the component does not have is refused", async () => {
  const error = await errorOf(() =>
    workflowOf({ props: { text: "string" }, run() {} }, { text: "a", txt: "b" }),
  );
  expect(error.code).toBe("DEST_WORKFLOW_INVALID");
  expect(error.message).toContain("txt");
});

test("additionalProps is refused, with what to do instead", async () => {
  const action = { props: { table: "string" }, additionalProps: () => ({}), run() {} };
  const error = await errorOf(() => workflowOf(action, { table: "orders" }));
  expect(error.code).toBe("DEST_NOT_SUPPORTED");
  expect(error.message).toContain("step action: additionalProps()");
  expect(error.message).toContain("into props");
});

test("a prop defined by an app takes what the app says of it", async () => {
  const app = { propDefinitions: { channel: { type: "string", default: "general" } } };
  const action: Component = {
    props: { channel: { propDefinition: [app, "channel"], label: "Channel" } },
    run() {
      return this.channel;
    },
  };
  expect(await returned(action)).toBe("general");
});

test("methods are bound to this, also when passed on", async () => {
  const action: Component = {
    props: { greeting: "string" },
    methods: {
      greet(this: { greeting: string }, name: string) {
        return `${this.greeting} ${name}`;
      },
    },
    run() {
      return ["Luke", "Han"].map(this.greet);
    },
  };
  expect(await returned(action, { greeting: "Hi" })).toEqual(["Hi Luke", "Hi Han"]);
});

test("what a run does to this and to a default, the next run does not see", async () => {
  const action: Component = {
    props: { list: { type: "string[]", default: [] } },
    run() {
      this.list.push("x");
      this.count = (this.count ?? 0) + 1;
      return [this.list.length, this.count];
    },
  };
  expect([await returned(action), await returned(action)]).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

const slack = {
  type: "app",
  app: "slack",
  methods: {
    token(this: { $auth: { oauth_access_token: string } }) {
      return this.$auth.oauth_access_token;
    },
    header(this: { token(): string }) {
      return `Bearer ${this.token()}`;
    },
  },
};

test("an app prop has what was given and the app's methods, bound to it", async () => {
  const action: Component = {
    props: { slack, text: "string" },
    run() {
      const { header } = this.slack;
      return [header(), this.slack.$auth.team];
    },
  };
  const account = { $auth: { oauth_access_token: "xoxb-1", team: "T" } };
  expect(await returned(action, { slack: account, text: "a" })).toEqual(["Bearer xoxb-1", "T"]);
});

test("an app without an account fails only where the account is read, at that line", async () => {
  const unused: Component = { props: { slack }, run: ({ $ }) => void $.export("ran", true) };
  expect(await returned(unused)).toBeUndefined();
  const action: Component = { props: { slack }, run: (_: unknown) => "unused" };
  await using dest = createDest({ destinations: { out: recordingDestination() } });
  action.run = function (this: { slack: { header(): string } }) {
    return this.slack.header();
  };
  const { error } = await runWorkflow(dest, workflowOf(action));
  expect(error?.cause).toMatchObject({ code: "DEST_PROP_MISSING" });
  expect(error?.message).toMatch(
    /props\.test\.ts:\d+:\d+: this\.slack\.\$auth: no account of slack was given/,
  );
});
