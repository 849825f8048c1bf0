import { allowedOut, strategyOf } from "../config/environment-facts.ts";
import { THIS_MACHINE } from "../adapters/inventory/processes.ts";
import type { InstanceId, LeaseToken, ReleaseName } from "../fleet/ids.ts";
import { partsOf, slotKeysOf, type Instance, type SlotKey, type SlotName } from "../fleet/instance.ts";
import type { Release } from "../fleet/release.ts";
import type { SlotState } from "../fleet/slot-content.ts";
import type { LocalEnvironment } from "../main.ts";
import type { Goal, GoalInstance } from "../rollout/goal.ts";

/** What a deploy of one release wants of a local environment; instances that are no longer configured are emptied. */
export function goalFor(
  local: LocalEnvironment,
  facts: {
    readonly kind: Goal["kind"];
    readonly token: LeaseToken;
    readonly release: Release;
    readonly configured: readonly Instance[];
    readonly slots: Readonly<Record<SlotKey, SlotState>>;
    readonly newerReleases: readonly ReleaseName[];
  },
): Goal {
  const { environment } = local;
  const strategy = strategyOf(environment);
  const wanted = facts.configured.map((instance): GoalInstance => ({
    ...instance,
    release: facts.release.name,
    strategy,
  }));
  const surplus = surplusOf(facts.configured, facts.slots).map((instance): GoalInstance => ({
    ...instance,
    release: null,
    strategy,
  }));
  return {
    kind: facts.kind,
    token: facts.token,
    instances: [...wanted, ...surplus],
    maxUnavailable: allowedOut(environment),
    minHealthyTimeMs: environment.rollout.minHealthyTimeMs,
    progressDeadlineMs: environment.rollout.progressDeadlineMs,
    longestRequestMs: environment.longestRequestMs,
    onFailure: environment.rollout.onFailure,
    newerReleases: facts.newerReleases,
  };
}

/** Instances that are not configured any more and still hold something. */
function surplusOf(
  configured: readonly Instance[],
  slots: Readonly<Record<SlotKey, SlotState>>,
): readonly Instance[] {
  const left = new Map<InstanceId, SlotName[]>();
  for (const key of slotKeysOf(slots)) {
    const { instance, slot } = partsOf(key);
    const isConfigured = configured.some(({ id }) => id === instance);
    if (isConfigured || slots[key]?.content.kind === "empty") continue;
    left.set(instance, [...(left.get(instance) ?? []), slot]);
  }
  return [...left].map(([id, names]) => ({
    id,
    host: THIS_MACHINE,
    slots: names.toSorted(),
    balanced: true,
  }));
}
