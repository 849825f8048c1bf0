import { fresh, type Fact } from "../fleet/fact.ts";
import type { HeldDrain } from "../fleet/drain-state.ts";
import { slotKey, type SlotKey, type SlotName } from "../fleet/instance.ts";
import type { Observed } from "../fleet/observed.ts";
import type { FailedStart, SlotContent } from "../fleet/slot-content.ts";
import type { BalancerNode } from "../fleet/rotation.ts";
import type { LeaseToken, ReleaseName } from "../fleet/ids.ts";
import type { Instant } from "../fleet/time.ts";
import { reachOf, type Reach } from "../health/rotation.ts";
import type { Goal, GoalInstance } from "./goal.ts";
import type { Memory } from "./memory.ts";
import { phaseOf, type Phase } from "./phase.ts";
import { targetOf } from "./target.ts";
import { MAX_AGE_MS } from "./deadlines.ts";

/** One slot as the rules see it. What could not be read is null, or `unknown`. */
export interface SlotSituation {
  readonly slot: SlotName;
  readonly key: SlotKey;
  readonly content: SlotContent | null;
  readonly failure: FailedStart | null;
  readonly orderedBy: LeaseToken | null;
  readonly previous: ReleaseName | null;
  /** Drains that are held; null where nobody could be asked. */
  readonly drains: readonly HeldDrain[] | null;
  readonly inFlight: number | null;
  /** When it was asked for its drains and requests: the answer may have been made at any time since. */
  readonly askedAt: Instant;
  readonly reach: Reach;
}

/** One instance, what it should run now, and how far it is on the way there. */
export interface InstanceSituation {
  readonly goal: GoalInstance;
  readonly slots: readonly SlotSituation[];
  readonly target: ReleaseName | null;
  readonly phase: Phase;
}

/** Everything that a rule may look at. */
export interface Situation {
  readonly goal: Goal;
  readonly memory: Memory;
  readonly now: Instant;
  readonly lease: Observed["lease"];
  readonly balancers: readonly Fact<readonly BalancerNode[]>[];
  readonly instances: readonly InstanceSituation[];
}

/** Joins what is wanted, seen and remembered into one value; stale facts become unknown here and nowhere else. */
export function assess(goal: Goal, observed: Observed, memory: Memory, now: Instant): Situation {
  const balancers = observed.balancers.map((fact) => fresh(fact, now, MAX_AGE_MS));
  const instances = goal.instances.map((instance): InstanceSituation => {
    const slots = instance.slots.map((slot) => slotSituation(instance, slot, observed, balancers, now));
    const target = targetOf(memory, instance, slots);
    return { goal: instance, slots, target, phase: phaseOf(slots, target, goal.minHealthyTimeMs) };
  });
  return { goal, memory, now, lease: fresh(observed.lease, now, MAX_AGE_MS), balancers, instances };
}

function slotSituation(
  instance: GoalInstance,
  slot: SlotName,
  observed: Observed,
  balancers: Situation["balancers"],
  now: Instant,
): SlotSituation {
  const key = slotKey(instance.id, slot);
  const state = valueOf(observed.slots[key], now);
  const drain = valueOf(observed.drains[key], now);
  const reach = instance.balanced
    ? reachOf(key, balancers)
    : workerReach(state?.content ?? null, drain?.held ?? []);
  return {
    slot,
    key,
    content: state?.content ?? null,
    failure: state?.failure ?? null,
    orderedBy: state?.orderedBy ?? null,
    previous: state?.previous ?? null,
    drains: drain?.held ?? null,
    inFlight: drain?.inFlight ?? null,
    askedAt: askedAt(observed.drains[key], now),
    reach,
  };
}

/** A worker has no balancer: it takes work for as long as it runs and is not drained. */
function workerReach(content: SlotContent | null, drains: readonly HeldDrain[]): Reach {
  if (content === null) return { kind: "unknown", forMs: 0, evidence: null };
  const drainedForMs = Math.max(0, ...drains.map((drain) => drain.forMs));
  if (content.kind !== "running") return { kind: "out", forMs: Infinity, evidence: "told" };
  if (drains.length > 0) return { kind: "out", forMs: drainedForMs, evidence: "told" };
  return { kind: "in", forMs: content.forMs, evidence: "told" };
}

function askedAt(fact: Fact<unknown> | undefined, now: Instant): Instant {
  return fact?.kind === "known" ? fact.at : now;
}

function valueOf<T>(fact: Fact<T> | undefined, now: Instant): T | null {
  if (fact === undefined) return null;
  const current = fresh(fact, now, MAX_AGE_MS);
  return current.kind === "known" ? current.value : null;
}
