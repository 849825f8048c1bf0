import type { BalancerId } from "../fleet/ids.ts";
import type { BalancerNode } from "../fleet/rotation.ts";
import type { HealthSettings } from "../health/settings.ts";

/** Sends requests to instances and says which are in rotation. */
export interface LoadBalancer {
  readonly id: BalancerId;
  /** The live settings, read from the balancer itself. */
  settings(signal: AbortSignal): Promise<HealthSettings>;
  /** What each of its nodes says now. Rejects when it cannot be asked. */
  observe(signal: AbortSignal): Promise<readonly BalancerNode[]>;
}
