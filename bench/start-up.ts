import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Figure, figure, median } from "./figure.ts";

const command = fileURLToPath(new URL("../packages/handover/bin/handover.js", import.meta.url));

/** How long `handover --version` takes, in units of what node itself needs: medians of runs that take turns. */
export function startUp(runs = 20): Figure {
  const bare: number[] = [];
  const version: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    bare.push(timed(["-e", "0"]));
    version.push(timed([command, "--version"]));
  }
  const [bareMs, versionMs] = [tenths(median(bare)), tenths(median(version))];
  return figure("handover --version / node -e 0", versionMs / bareMs, 3, { runs, bareMs, versionMs });
}

function timed(args: readonly string[]): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - startedAt;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
