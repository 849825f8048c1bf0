import { count, counted, listed, seconds } from "../quantities.ts";
import type { Report, ReportInstance } from "./report.ts";

/** What happened, in one sentence. */
export function sentence(report: Report): string {
  const took = seconds(report.durationMs);
  switch (report.outcome) {
    case "done":
      return `${done(report, took)}; ${requests(report)}.`;
    case "refused":
      return `Refused, nothing was touched: ${report.halt?.why ?? "a promise could not be kept"}.`;
    case "interrupted":
      return `Interrupted after ${took} on the way to ${report.to}; ${requests(report)}.`;
    case "halted": {
      const where = report.halt?.instance == null ? "" : ` at ${report.halt.instance}`;
      const why = `${report.halt?.why ?? "no reason was given"}; ${requests(report)}.`;
      return report.halt?.kind === "failed"
        ? `${report.to} failed${where} after ${took}: ${why}`
        : `Halted${where} after ${took}, because something else was lost: ${why}`;
    }
  }
}

function done({ from, to, instances }: Report, took: string): string {
  const replaced = instances.filter(({ outcome }) => outcome === "replaced").length;
  if (replaced === 0) return `${to} runs already, nothing was changed`;
  const where = counted(replaced, "instance");
  if (from === null) return `${to} runs on ${where}, where nothing ran before, after ${took}`;
  return from === to
    ? `${to} was restarted on ${where} in ${took}`
    : `${to} replaced ${from} on ${where} in ${took}`;
}

function requests({ requests: { total, failed, notCounted } }: Report): string {
  if (total === 0 && notCounted.before + notCounted.network === 0) return "no requests were probed";
  return `${count(failed)} of ${counted(total, "request")} failed`;
}

/** Who runs what at the end: `api-1 and api-2 run sha-..., api-3 runs nothing`. */
export function whoRunsWhat(instances: readonly ReportInstance[]): string {
  const groups = new Map<string, string[]>();
  for (const { id, runs, inRotation } of instances) {
    const state = runs === null ? "nothing" : `${runs}${inRotation ? "" : " out of rotation"}`;
    groups.set(state, [...(groups.get(state) ?? []), id]);
  }
  const parts = [...groups].map(
    ([state, ids]) => `${listed(ids)} ${ids.length === 1 ? "runs" : "run"} ${state}`,
  );
  return `${parts.join(", ")}.`;
}
