import { hostId, instanceId, releaseName, type ReleaseName } from "../fleet/ids.ts";
import { slotKey, type SlotKey } from "../fleet/instance.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { HealthSettings } from "../health/settings.ts";
import type { Rule } from "../rollout/draft.ts";
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
  readonly startDeadlineMs: Milliseconds;
  readonly stopMs: Milliseconds;
  readonly pollMs: Milliseconds;
  /** What each instance has in its first slot when the run begins. */
  readonly instances: readonly ("old" | "new" | "empty")[];
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

export type Fault =
  | { readonly kind: "crash"; readonly atMs: Milliseconds; readonly slot: number }
  | { readonly kind: "balancer restart"; readonly atMs: Milliseconds; readonly node: number }
  | { readonly kind: "balancer gone"; readonly atMs: Milliseconds }
  | { readonly kind: "lease stolen"; readonly atMs: Milliseconds }
  | { readonly kind: "operator drains"; readonly atMs: Milliseconds; readonly slot: number }
  | { readonly kind: "interrupt"; readonly atMs: Milliseconds }
  /** The deployer is killed at this await (before and after each effect counts one), and another is run afterwards. */
  | { readonly kind: "kill"; readonly step: number };

export const OLD: ReleaseName = releaseName("sha-0000001.0000");
export const NEW: ReleaseName = releaseName("sha-0000002.0000");

export function instancesOf(scenario: Scenario): readonly Omit<GoalInstance, "release">[] {
  return scenario.instances.map((_, index) => ({
    id: instanceId(`api-${index + 1}`),
    host: hostId(`host-${index + 1}`),
    slots: ["a", "b"],
    balanced: true,
    strategy: scenario.strategy,
  }));
}

export function slotsOf(scenario: Scenario): readonly SlotKey[] {
  return instancesOf(scenario).flatMap((instance) =>
    instance.slots.map((slot) => slotKey(instance.id, slot)),
  );
}

export function goalOf(scenario: Scenario, token: Goal["token"]): Goal {
  return {
    kind: "deploy",
    token,
    instances: instancesOf(scenario).map((instance) => ({ ...instance, release: NEW })),
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
  startDeadlineMs: 10_000,
  stopMs: 50,
  pollMs: 200,
  instances: ["old", "old", "old"],
  old: { startUpMs: 300 },
  new: { startUpMs: 300 },
  olderWanted: false,
  faults: [],
  delaysMs: [2],
  cuts: [],
};

export type Rules = readonly Rule[] | undefined;
