import type { HealthSettings } from "./settings.ts";

/**
 * What a balancer remembers of one slot's health checks: whether they bring it in, and the run of equal answers since.
 * Shared by the embedded load balancer and the simulator, so that both keep the same rule.
 */
export interface CheckRun {
  readonly healthy: boolean;
  /** Length of the current run of equal answers; 0 before the first check. */
  readonly count: number;
  readonly passing: boolean;
}

/** A fresh slot is out until its own checks have passed. */
export const unchecked: CheckRun = { healthy: false, count: 0, passing: false };

/** The run after one more check: thresholds are counted in answers in a row. */
export function afterCheck(
  run: CheckRun,
  passed: boolean,
  settings: Pick<HealthSettings, "healthyThreshold" | "unhealthyThreshold">,
): CheckRun {
  const count = run.count > 0 && run.passing === passed ? run.count + 1 : 1;
  const healthy = passed
    ? run.healthy || count >= settings.healthyThreshold
    : run.healthy && count < settings.unhealthyThreshold;
  return { healthy, count, passing: passed };
}

/** A refused connection needs no second opinion: out at once. */
export function afterRefusedConnection(run: CheckRun): CheckRun {
  return { healthy: false, count: run.passing ? 1 : run.count + 1, passing: false };
}
