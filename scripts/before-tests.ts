import { buildBundles } from "./build.ts";

/** Once before all tests: what end-to-end tests start is the code as it stands, and one seed decides what is random. */
export async function setup(): Promise<void> {
  process.env["HANDOVER_SEED"] ??= String(Date.now() % 1_000_000_000);
  console.log(`HANDOVER_SEED=${process.env["HANDOVER_SEED"]}`);
  await buildBundles();
}
