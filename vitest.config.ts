import { defineConfig } from "vitest/config";

// One configuration for every package; Vitest takes the package it is started in as its root.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Node itself loads users' programs, as it does outside of tests.
    server: { deps: { external: [/\.[cm]js$/] } },
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
  },
});
