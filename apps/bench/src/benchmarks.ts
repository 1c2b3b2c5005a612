import { acceptDurable } from "./accept-durable.js";
import { backlog } from "./backlog.js";
import { backlogRestart } from "./backlog-restart.js";
import type { Benchmark } from "./benchmark.js";
import { capture } from "./capture.js";
import { coldStart } from "./cold-start.js";
import { deliverVsQueue } from "./deliver-vs-queue.js";
import { flat } from "./flat.js";
import { httpDurable } from "./http-durable.js";
import { httpDurableSingle } from "./http-durable-single.js";
import { httpMemory } from "./http-memory.js";
import { isolation } from "./isolation.js";
import { s3Batch } from "./s3-batch.js";
import { sqlAppend } from "./sql-append.js";
import { sseFanout } from "./sse-fanout.js";
import { workflow } from "./workflow.js";

/** In the order of the table. */
export const benchmarks: readonly Benchmark[] = [
  capture,
  httpMemory,
  httpDurable,
  httpDurableSingle,
  acceptDurable,
  deliverVsQueue,
  backlog,
  backlogRestart,
  flat,
  isolation,
  s3Batch,
  sqlAppend,
  sseFanout,
  coldStart,
  workflow,
];
