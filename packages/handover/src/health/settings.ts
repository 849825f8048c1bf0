import type { Milliseconds } from "../fleet/time.ts";

/** How a load balancer checks the health of what it sends requests to. */
export interface HealthSettings {
  readonly path: string;
  /** Time between the starts of two checks. */
  readonly intervalMs: Milliseconds;
  /** A check without an answer after this long has failed. */
  readonly timeoutMs: Milliseconds;
  /** Failed checks in a row that take a slot out of rotation. */
  readonly unhealthyThreshold: number;
  /** Passed checks in a row that bring a slot into rotation. */
  readonly healthyThreshold: number;
}
