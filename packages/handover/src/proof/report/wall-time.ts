import type { Instant, Milliseconds } from "../../fleet/time.ts";

/** An instant of the run's clock as ISO 8601 in UTC; `wallOffsetMs` is wall time minus the run's clock. */
export function wallTime(at: Instant, wallOffsetMs: Milliseconds): string {
  return new Date(at + wallOffsetMs).toISOString();
}
