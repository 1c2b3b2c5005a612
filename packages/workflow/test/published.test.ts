import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { createDest } from "@dest/core";
import { recordingDestination } from "@dest/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { loadWorkflow, runWorkflow } from "../src/index.js";

const { resolve } = createRequire(import.meta.url);

/** A component of the npm package, from the file in which it was published. */
function published(name: string): string {
  return resolve(`@pipedream/helper_functions/actions/${name}/${name}.mjs`);
}

async function run(name: string, props: Record<string, unknown>) {
  const s3 = recordingDestination({ accepts: ["bucket", "prefix", "payload"] });
  const dest = createDest({ destinations: { s3 } });
  onTestFinished(async () => void (await dest.close()));
  const workflow = await loadWorkflow(published(name), { props });
  const { error, steps } = await runWorkflow(dest, workflow);
  expect(error).toBeUndefined();
  await dest.flush();
  return { sent: s3.values, step: steps[name.replaceAll("-", "_")] };
}

test("send-to-s3, the one that calls $.send: with a prefix, and without, where it passes undefined", async () => {
  const payload = { name: "Luke Skywalker" };
  const { sent } = await run("send-to-s3", { bucket: "b", prefix: "test/", payload });
  expect(sent).toEqual([{ bucket: "b", prefix: "test/", payload }]);
  expect((await run("send-to-s3", { bucket: "b", payload })).sent).toEqual([{ bucket: "b", payload }]);
});

test("schedule-task-in-future, which posts through the published axios and exports", async () => {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.setHeader("content-type", "application/json").end('{"scheduled":true}');
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { step } = await run("schedule-task-in-future", {
    numSeconds: "60",
    taskSchedulerURL: `http://127.0.0.1:${port}`,
    message: "later",
  });
  expect(step.$return_value).toEqual({ scheduled: true });
  expect(bodies).toEqual([{ timestamp: step.ts, message: "later" }]);
});

test.each([
  ["export-variables", { config: '{"a":1}' }, { config: { a: 1 } }],
  ["delay", { ms: "1" }, { $summary: "Workflow successfully delayed for 1 ms" }],
  ["base64-decode-string", { data: "THVrZQ==" }, undefined],
  ["convert-object-to-json-string", { object: { a: 1 } }, undefined],
])("%s, which uses its app, methods, props and exports", async (name, props, exported) => {
  const { step } = await run(name, props);
  expect(step).toBeDefined();
  if (exported) expect(step).toMatchObject(exported);
});
