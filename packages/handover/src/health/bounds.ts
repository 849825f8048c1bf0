import type { Milliseconds } from "../fleet/time.ts";
import type { HealthSettings } from "./settings.ts";

/**
 * The longest time until a balancer that checks by these settings has taken out an instance that refuses its checks:
 * `unhealthyThreshold x (interval + timeout) + interval`. The last interval is the wait for the first check (its phase).
 */
export function slowestWayOut(settings: HealthSettings): Milliseconds {
  return settings.unhealthyThreshold * (settings.intervalMs + settings.timeoutMs) + settings.intervalMs;
}

/** The longest time until it has brought in an instance that passes: the same with `healthyThreshold`. */
export function slowestWayIn(settings: HealthSettings): Milliseconds {
  return settings.healthyThreshold * (settings.intervalMs + settings.timeoutMs) + settings.intervalMs;
}
