import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles the service and everything it needs into one file that runs on Node 20 and later without `node_modules`. */
export async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("src/server.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // The lifecycle package is taken from its source, so that nothing has to be built before.
    conditions: ["@handover/source"],
    // CommonJS in the bundle (fastify, ws) still calls require for Node's own modules.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    logLevel: "warning",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle(fileURLToPath(new URL("dist/server.js", import.meta.url)));
}
