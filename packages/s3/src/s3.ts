import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { type Destination, defineDestination } from "@dest/core";
import { assemble } from "./assemble.js";
import { classify } from "./classify.js";
import { createClient, type ObjectClient } from "./client.js";
import { accepts, lineBytes, objectOf, type PreparedEvent, prepare, type S3Event } from "./event.js";
import { defaultKey } from "./object-key.js";
import { checkOptions, optionNames, type S3Options } from "./options.js";
import { targetOf } from "./target.js";
import { upload } from "./upload.js";

const hour = 3_600_000;

/**
 * Collects events of all runs and stores them once a minute as objects of newline-delimited JSON, one for each bucket
 * and prefix. The same batch is the same object with the same bytes, however often it is sent.
 */
export const s3 = defineDestination<readonly [event: S3Event], PreparedEvent, S3Options>(
  (options): Destination<readonly [event: S3Event], PreparedEvent> => {
    checkOptions(options);
    const { compression = "gzip", partition, grace = hour, buckets = [] } = options;
    const key = options.key ?? defaultKey(compression === "gzip" ? ".gz" : ".ndjson");
    const cleanings = new Set<Promise<void>>();
    let own: S3Client | undefined;
    let warn: (message: string) => void = () => {};

    function client(): ObjectClient {
      if (options.client) return options.client;
      own ??= createClient(options);
      return own;
    }

    return {
      kind: "s3",
      apiVersion: 1,
      policy: {
        timeout: 300_000,
        // What is under way holds two parts each.
        concurrency: { total: 4, perGroup: 2 },
        batch: { maxSize: 1_000_000, maxBytes: 64 * 1_024 * 1_024, maxWait: 60_000 },
      },
      accepts,
      prepare: (event) => prepare(event, partition),
      preparesAnew: true,
      sizeOf: lineBytes,
      groupKey: ({ bucket }) => bucket,
      batchKey: objectOf,
      open(context) {
        warn = context.warn;
      },
      async deliver(batch, { signal, clock, record }) {
        const { bucket } = batch.messages[0].value;
        const events = batch.messages.length;
        try {
          const target = targetOf(batch, key, { ...options, compression });
          record({ request: { bucket, key: target.Key, events } });
          const stored = await upload(assemble(batch.messages, compression), {
            client: client(),
            target,
            signal,
            cleaning(done) {
              cleanings.add(done);
              void done.finally(() => cleanings.delete(done));
            },
            leftBehind: (cause) =>
              warn(
                `parts of ${target.Key} stay in ${bucket}, let a lifecycle rule remove them: ${String(cause)}`,
              ),
          });
          const { status, requestId, parts, etag, bytes } = stored;
          record({ response: { status, requestId, parts, etag } });
          return { status: "delivered", receipt: { bucket, key: target.Key, bytes, events, etag } };
        } catch (thrown) {
          return classify(thrown, { bucket, now: clock.now(), grace, progress: batch.progress });
        }
      },
      async probe({ signal, clock }) {
        for (const bucket of buckets) {
          try {
            const command = new HeadBucketCommand({ Bucket: bucket });
            await client().send(command as never, { abortSignal: signal });
          } catch (thrown) {
            throw classify(thrown, { bucket, now: clock.now(), grace, progress: undefined }).error;
          }
        }
      },
      async close() {
        await Promise.all(cleanings);
        own?.destroy();
        own = undefined;
      },
    };
  },
  optionNames,
);
