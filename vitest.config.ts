import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Workspaces are taken from their source, so that nothing but the bundles has to be built before. */
const ssr = { resolve: { conditions: ["@handover/source"] } };
const common = { setupFiles: "scripts/seed-tests.ts" };

const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: "scripts/before-tests.ts",
    projects: [
      {
        ssr,
        test: {
          ...common,
          maxWorkers: 2,
          name: "parts",
          include: ["{packages,examples}/*/src/**/*.test.ts", "{scripts,bench}/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ssr,
        test: {
          ...common,
          maxWorkers: 3,
          // The command as a whole, on real processes: mostly waiting, and not beside what keeps the machine busy.
          name: "whole",
          include: ["packages/*/test/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

export default config;
