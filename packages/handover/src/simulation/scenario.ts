import { hostId, instanceId, releaseName, type ReleaseName } from "../fleet/ids.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { HealthSettings } from "../health/settings.ts";
import type { Goal, GoalInstance } from "../rollout/goal.ts";
import type { Behaviour } from "./world.ts";

/** One run of the simulated world, as plain data: the same scenario is the same run. */
export interface Scenario {
  readonly strategy: "start-first" | "stop-first";
  readonly maxUnavailable: number;
  readonly onFailure: "halt" | "rollback";
  readonly minHealthyTimeMs: Milliseconds;
  readonly longestRequestMs: Milliseconds;
  readonly progressDeadlineMs: Milliseconds;
  readonly health: HealthSettings;
  readonly phasesMs: readonly Milliseconds[];
  readonly drainVia: "told" | "service";
  readonly requestMs: Milliseconds;
  /** How late the last request arrives that was sent just before a slot left rotation. */
  readonly lateMs: Milliseconds;
  readonly startDeadlineMs: Milliseconds;
  readonly stopMs: Milliseconds;
  readonly pollMs: Milliseconds;
  /** What each instance is, and has in its first slot when the run begins. */
  readonly instances: readonly Place[];
  /** Slots an instance: with one, every replacement is a swap. */
  readonly slots: 1 | 2;
  readonly old: Behaviour;
  readonly new: Behaviour;
  /** The releases of newer commits that the fleet may run. */
  readonly olderWanted: boolean;
  readonly faults: readonly Fault[];
  /** One delay a call, used in turn. */
  readonly delaysMs: readonly Milliseconds[];
  /** Numbers of calls that are cut: even before, odd after their effect. */
  readonly cuts: readonly number[];
}

/**
 * `old`, `new` and `empty` are to run the new release. `kept` runs the old one and is to keep it (a canary's others),
 * `surplus` runs the old one and is no longer configured, `worker` runs the old one and has no balancer.
 */
export type Place = "old" | "new" | "empty" | "kept" | "surplus" | "worker";

export type Fault =
  | { readonly kind: "crash"; readonly atMs: Milliseconds; readonly slot: number }
  | { readonly kind: "balancer restart"; readonly atMs: Milliseconds; readonly node: number }
  | { readonly kind: "balancer gone"; readonly atMs: Milliseconds }
  | { readonly kind: "lease stolen"; readonly atMs: Milliseconds }
  | { readonly kind: "operator drains"; readonly atMs: Milliseconds; readonly slot: number }
  | { readonly kind: "interrupt"; readonly atMs: Milliseconds }
  /** The deployer is killed at this await (before and after each effect counts one), and another is run afterwards. */
  | { readonly kind: "kill"; readonly step: number }
  /** Somebody else deploys the same at this moment. */
  | { readonly kind: "second deployer"; readonly atMs: Milliseconds };

export const OLD: ReleaseName = releaseName("sha-0000001.0000");
export const NEW: ReleaseName = releaseName("sha-0000002.0000");

export function instancesOf(scenario: Scenario): readonly GoalInstance[] {
  return scenario.instances.map((place, index) => ({
    id: instanceId(`api-${index + 1}`),
    host: hostId(`host-${index + 1}`),
    slots: scenario.slots === 1 ? ["a"] : ["a", "b"],
    balanced: place !== "worker",
    strategy: scenario.strategy,
    release: wantedAt(place),
  }));
}

/** What an instance has in its first slot when the run begins. */
export function placedAt(place: Place): ReleaseName | null {
  if (place === "empty") return null;
  return place === "new" ? NEW : OLD;
}

/** What an instance should run. */
export function wantedAt(place: Place): ReleaseName | null {
  if (place === "surplus") return null;
  return place === "kept" ? OLD : NEW;
}

export function goalOf(scenario: Scenario, token: Goal["token"]): Goal {
  return {
    kind: "deploy",
    token,
    instances: instancesOf(scenario),
    maxUnavailable: scenario.maxUnavailable,
    minHealthyTimeMs: scenario.minHealthyTimeMs,
    progressDeadlineMs: scenario.progressDeadlineMs,
    longestRequestMs: scenario.longestRequestMs,
    onFailure: scenario.onFailure,
    newerReleases: scenario.olderWanted ? [OLD] : [],
  };
}

/** A healthy fleet of three, start-first, nothing wrong: what other scenarios vary. */
export const calm: Scenario = {
  strategy: "start-first",
  maxUnavailable: 1,
  onFailure: "halt",
  minHealthyTimeMs: 2_000,
  longestRequestMs: 10_000,
  progressDeadlineMs: 60_000,
  health: { path: "/health", intervalMs: 500, timeoutMs: 400, unhealthyThreshold: 2, healthyThreshold: 2 },
  phasesMs: [100],
  drainVia: "told",
  requestMs: 1_500,
  lateMs: 300,
  startDeadlineMs: 10_000,
  stopMs: 50,
  pollMs: 200,
  instances: ["old", "old", "old"],
  slots: 2,
  old: { startUpMs: 300 },
  new: { startUpMs: 300 },
  olderWanted: false,
  faults: [],
  delaysMs: [2],
  cuts: [],
};
