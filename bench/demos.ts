import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chooseEnvironment } from "../packages/handover/src/config/choose-environment.ts";
import { parseConfiguration } from "../packages/handover/src/config/parse.ts";
import type { Report } from "../packages/handover/src/proof/report/report.ts";
import { type Figure, figure } from "./figure.ts";

const handover = new URL("../packages/handover/", import.meta.url);

/** Two figures of demos in a row: requests that failed in any, and the slowest deploy against what it has to wait for. */
export function demos(count: number, tell: (text: string) => void): readonly Figure[] {
  const settledMs = settlingTime();
  const reports: Report[] = [];
  for (let run = 1; run <= count; run += 1) {
    const report = demo();
    reports.push(report);
    tell(
      `demo ${run} of ${count}: ${report.outcome}, ${report.requests.failed} of ${report.requests.total} requests failed, ` +
        `${(report.durationMs / 1_000).toFixed(1)} s, ${ratio(report, settledMs).toFixed(2)} of what it waits for`,
    );
  }
  const sum = (value: (report: Report) => number): number =>
    reports.reduce((all, one) => all + value(one), 0);
  const halted = reports.filter(({ outcome }) => outcome !== "done").length;
  const ratios = reports.map((report) => ratio(report, settledMs));
  return [
    figure(
      `requests lost in ${count} demos`,
      sum(({ requests }) => requests.failed),
      0,
      {
        demos: count,
        requests: sum(({ requests }) => requests.total),
        cut: sum(({ requests }) => requests.cut),
        longestGapMs: Math.max(...reports.map(({ requests }) => requests.longestGapMs)),
      },
      halted > 0 ? `${halted} deploys did not end with done` : null,
    ),
    figure("demo deploy / what it waits for", Math.max(...ratios), 1.2, {
      worstOf: count,
      least: Math.round(Math.min(...ratios) * 1_000) / 1_000,
      durationsMs: reports.map(({ durationMs }) => durationMs),
    }),
  ];
}

/**
 * A deploy's duration less its last drain, over the sum of start-up + healthyThreshold x interval + minHealthyTime of its
 * instances. The other drains have to overlap with what comes next. A start-up too short to be seen counts as none.
 */
function ratio({ durationMs, instances }: Report, settledMs: number): number {
  const steps = instances.flatMap((instance) => instance.steps);
  const startUps = steps.filter(({ step }) => step === "start").map((start) => start.durationMs);
  const waits = startUps.reduce((sum, startUpMs) => sum + startUpMs, instances.length * settledMs);
  const drains = steps.filter(({ step }) => step === "drain");
  const last = drains.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1);
  return (durationMs - (last?.durationMs ?? 0)) / waits;
}

/** healthyThreshold x interval + minHealthyTime, as the demo's own configuration says. */
function settlingTime(): number {
  const file = fileURLToPath(new URL("demo/handover.yaml", handover));
  const parsed = parseConfiguration({ file, text: readFileSync(file, "utf8") });
  if (parsed.kind === "invalid") throw new Error(parsed.diagnostics[0].message);
  const { health, rollout } = chooseEnvironment(parsed.configuration, undefined);
  return health.healthyThreshold * health.intervalMs + rollout.minHealthyTimeMs;
}

/** The second deploy's report: the last line of `handover demo --json`. */
function demo(): Report {
  const command = fileURLToPath(new URL("bin/handover.js", handover));
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, "demo", "--json"], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const report: Report | { readonly kind: "other" } = last.startsWith("{")
    ? JSON.parse(last)
    : { kind: "other" };
  if (report.kind !== "report")
    throw new Error(`the demo ended with ${status} and no report: ${last}${stderr}`);
  return report;
}
