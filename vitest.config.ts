import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  // Workspaces are taken from their source, so that nothing but the bundles has to be built before.
  ssr: { resolve: { conditions: ["@handover/source"] } },
  test: {
    include: ["{packages,examples}/*/{src,test}/**/*.test.ts", "{scripts,bench}/**/*.test.ts"],
    globalSetup: "scripts/before-tests.ts",
    setupFiles: "scripts/seed-tests.ts",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
  },
});

export default config;
