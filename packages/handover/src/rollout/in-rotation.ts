import type { SlotKey } from "../fleet/instance.ts";
import { countsInRotation } from "../health/rotation.ts";
import { isBalanced } from "./goal.ts";
import type { InstanceSituation, Situation } from "./situation.ts";
import { isDrained } from "./slots.ts";

/** How many instances are in rotation now, where they are fewest; what is on its way out is counted out. */
export function inRotation(situation: Situation): number {
  return fewest(countWithout(situation, situation.instances, isBalanced(situation.goal), new Set()));
}

/**
 * How many of the instances are in rotation at each node, without the slots given. Workers, which no balancer knows,
 * count at one place of their own while they take work. An instance that is no longer configured counts nowhere.
 */
export function countWithout(
  { balancers }: Pick<Situation, "balancers">,
  instances: readonly InstanceSituation[],
  balanced: boolean,
  without: ReadonlySet<SlotKey>,
): readonly number[] {
  const groups = instances
    .filter(({ goal }) => goal.release !== null && goal.balanced === balanced)
    .map(({ slots }) => slots.filter((slot) => !without.has(slot.key) && !isDrained(slot)));
  if (!balanced) return [groups.filter((slots) => slots.some((slot) => slot.reach.kind === "in")).length];
  return countsInRotation(
    groups.map((slots) => slots.map((slot) => slot.key)),
    balancers,
  );
}

/** The number that a floor is held against: none where there is no node. */
export function fewest(counts: readonly number[]): number {
  return counts.length === 0 ? 0 : Math.min(...counts);
}

/** Slots that a deploy is taking out, or has taken out. */
export function drainedSlots(situation: Situation): readonly SlotKey[] {
  return situation.instances.flatMap((instance) =>
    instance.slots
      .filter((slot) => isDrained(slot) && slot.drains?.every((drain) => drain.by === "deploy"))
      .map((slot) => slot.key),
  );
}
