import type { Report } from "./report.ts";

export type Interrupt = "SIGINT" | "SIGTERM";

/**
 * The exit status of a run with a report, the first that applies: 3 refused, 130 or 143 interrupted, 5 something else was
 * lost, 1 a release failed, 4 done but requests failed, 0 done. A signal that came too late to change anything is none.
 */
export function exitStatus(
  report: Pick<Report, "outcome" | "halt" | "requests">,
  signal: Interrupt | null,
): number {
  if (report.outcome === "refused") return 3;
  if (report.outcome === "interrupted" || (report.outcome !== "done" && signal !== null)) {
    return signal === "SIGTERM" ? 143 : 130;
  }
  if (report.outcome === "halted") return report.halt?.kind === "failed" ? 1 : 5;
  return report.requests.failed > 0 ? 4 : 0;
}
