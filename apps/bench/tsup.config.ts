import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/main.ts",
    "src/measure-process.ts",
    "src/accept-process.ts",
    "src/receiver.ts",
    "src/sender-process.ts",
    "src/backlog-process.ts",
    "src/cold-start-process.ts",
    "src/followers.ts",
  ],
  format: "esm",
  target: "node20",
  // Only measured against, so no dependencies; bundled, they would look for their scripts in vain.
  external: ["bullmq", "ioredis", "@duckdb/node-api"],
  clean: true,
});
