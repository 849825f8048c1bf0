/** Where the probe's thread starts: beside this module when run from source, `prober-worker.js` beside the bundle. */
export function workerEntry(moduleUrl: string): URL {
  return new URL(moduleUrl.endsWith(".ts") ? "./prober-worker.ts" : "./prober-worker.js", moduleUrl);
}
