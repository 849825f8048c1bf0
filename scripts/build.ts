/**
 * Makes what users run: `node scripts/build.ts` every bundle and both libraries, with `--bundles` the bundles only
 * (a second instead of five; what `npm ci` does, so that the command exists after it).
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type OutputFile } from "esbuild";
import { bundle as bundleExample } from "../examples/api/build.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const handover = join(root, "packages/handover");

/** The bundles of the command, by where they begin. All lie side by side in `dist`, where each looks for the others. */
const entries: Readonly<Record<string, string>> = {
  cli: "src/cli/main.ts",
  supervisor: "src/adapters/runtime/processes/main.ts",
  balancer: "src/adapters/load-balancer/embedded/main.ts",
  "prober-worker": "src/proof/prober/prober-worker.ts",
};

/** The packages that are also libraries, each after those that it needs. */
const libraries = ["packages/lifecycle", "packages/handover"];

/** Throws when an entry does not exist or does not compile. */
export async function buildBundles(): Promise<void> {
  const dist = join(handover, "dist");
  const { outputFiles } = await build({
    absWorkingDir: handover,
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    // The machine's own Node may be 20, which the command tells and then goes on.
    target: "node20",
    conditions: ["@handover/source"],
    // CommonJS in the bundles (commander, yaml) still calls require for Node's own modules.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    legalComments: "linked",
    logLevel: "warning",
  });
  await Promise.all(outputFiles.map(replace));
  await buildDemoService(join(dist, "demo/server.js"));
}

/** The service that the demo deploys, in a directory of its own, as that is what a release is a copy of. */
async function buildDemoService(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = await mkdtemp(join(handover, "dist/.demo-"));
  const made = join(beside, "server.js");
  await bundleExample(made);
  await replace({ path: file, contents: await readFile(made) });
  await rm(beside, { recursive: true });
}

/** In one step, and only when it changed: what runs from the file meanwhile never sees half of it. */
async function replace({ path, contents }: Pick<OutputFile, "path" | "contents">): Promise<void> {
  if (existsSync(path) && (await readFile(path)).equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const made = `${path}.${process.pid}`;
  await writeFile(made, contents);
  await rename(made, path);
}

/** JavaScript and declarations by the compiler. Throws with its messages shown. */
export async function buildLibraries(): Promise<void> {
  await rm(join(handover, "dist/lib"), { recursive: true, force: true });
  for (const library of libraries) {
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [compiler, "-p", join(root, library, "tsconfig.build.json")], {
      stdio: "inherit",
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const startedAt = performance.now();
  const withLibraries = !process.argv.includes("--bundles");
  await buildBundles();
  if (withLibraries) await buildLibraries();
  const made = [...Object.keys(entries), "demo/server"].map((name) => `${name}.js`).join(", ");
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(
    `${relative(root, handover)}/dist: ${made}${withLibraries ? " and the libraries" : ""} (${seconds} s)`,
  );
}
