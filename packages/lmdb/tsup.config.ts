import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "check-store": "src/check-store.ts",
    "dest-outbox": "src/cli/dest-outbox.ts",
  },
  format: "esm",
  target: "node20",
  splitting: true,
  sourcemap: true,
  clean: true,
  // tsup sets baseUrl itself, which TypeScript 6 reports as deprecated.
  dts: { entry: "src/index.ts", compilerOptions: { ignoreDeprecations: "6.0" } },
});
