import { defineConfig } from "vitest/config";

// One configuration for every package; Vitest takes the package it is started in as its root.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
  },
});
