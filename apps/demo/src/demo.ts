import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDest, memoryOutbox } from "@dest/core";
import { email } from "@dest/email";
import { type Emit, emit } from "@dest/emit";
import { lmdb } from "@dest/lmdb";
import { s3 } from "@dest/s3";
import { sql } from "@dest/sql";
import { sse } from "@dest/sse";
import { loadWorkflow, type Workflow } from "@dest/workflow";
import type { Arguments } from "./arguments.js";
import { listenAs } from "./chain.js";
import { Deliveries } from "./deliveries.js";
import { exampleEvent, exampleWorkflows } from "./examples.js";
import { forgottenPromises } from "./forgotten-promises.js";
import { readJson, readProps } from "./json-file.js";
import { paint, progress, say, sayBlock, warn } from "./output.js";
import { placeholderHttp } from "./placeholder.js";
import { type Receiver, startReceiver } from "./receiver-process.js";
import { arrivalLines, messageTable, reasons, summary } from "./report.js";
import { runAll } from "./run-all.js";
import { watch } from "./watch.js";

/** What a shell expects of a program that Ctrl-C ended. */
const interruptedCode = 130;

/** Mails have no server here: they are files, whose names the records show. */
const mails = email({
  from: "Demo <demo@example.com>",
  owner: "you@example.com",
  directory: join(tmpdir(), "dest-demo-mail"),
});

/** The receiver takes objects, too. Nobody wants to watch a minute pass before they are sent. */
function objects(endpoint: string) {
  const credentials = { accessKeyId: "demo", secretAccessKey: "demo" };
  return s3({ region: "demo", endpoint, credentials, batch: { maxWait: 1_000 } });
}

/** Runs what the arguments say and answers the exit code: 0 if every step ran and every message was delivered. */
export async function demo(given: Arguments): Promise<number> {
  // All that can be wrong with the user's files is said before anything starts.
  const eventFile = given.event ?? exampleEvent;
  const event = await readJson(eventFile);
  const props = given.props === undefined ? undefined : await readProps(given.props);
  const files = given.workflow === undefined ? exampleWorkflows : [given.workflow];
  const workflows: Workflow[] = [];
  const bus = emit();
  for (const file of files) {
    workflows.push(await loadWorkflow(file, { props }));
    await listenAs(file, bus);
  }

  const receiver = given.url === undefined ? await startReceiver() : undefined;
  try {
    say();
    say(`event     ${given.event === "-" ? "standard input" : eventFile}`);
    say(receiver ? `receiver  ${receiver.url}, a process of its own` : `sends to  ${given.url}`);
    say();
    return await runAndWatch(workflows, bus, event, given, receiver);
  } finally {
    await receiver?.stop();
  }
}

async function runAndWatch(
  workflows: readonly Workflow[],
  bus: Emit,
  event: unknown,
  { url = "", wait, outbox: path }: Arguments,
  receiver: Receiver | undefined,
): Promise<number> {
  const outbox = path === undefined ? memoryOutbox() : lmdb({ path });
  const to = receiver?.url ?? url;
  const dest = createDest({
    destinations: {
      http: placeholderHttp(to),
      email: mails,
      s3: objects(to),
      sse: sse(),
      emit: bus,
      sql: sql({ batch: { maxWait: 1_000 } }),
    },
    outbox,
  });
  const deliveries = new Deliveries(dest);
  dest.on("warning", ({ code, message }) => {
    // What still waits when the demo ends stands in its table.
    if (code !== "DEST_PENDING_LOST") warn(message);
  });
  const forgotten = forgottenPromises();
  const startedAt = performance.now();
  const before = await deliveries.takeUp();
  if (before > 0) say(`${before} from before ${before === 1 ? "waits" : "wait"} in ${path}`);

  const ranWell = await runAll(dest, workflows, event);
  const interrupted = await watch(deliveries, wait, progress);
  const ms = performance.now() - startedAt;
  const { counts } = deliveries;
  const records = await deliveries.records();
  await dest.close({ timeout: 0 });

  if (records.length > 0) sayBlock(messageTable(records, paint));
  sayBlock(reasons(records));
  sayBlock(arrivalLines((await receiver?.arrivals()) ?? []));
  say(summary({ counts, ms, ranWell: ranWell && !forgotten.any }, paint));
  say();
  if (interrupted) return interruptedCode;
  return ranWell && !forgotten.any && counts.delivered === counts.total ? 0 : 1;
}
