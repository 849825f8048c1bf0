import type { SlotKey } from "../fleet/instance.ts";
import { fewestInRotation } from "../health/rotation.ts";
import { isBalanced } from "./goal.ts";
import type { Situation } from "./situation.ts";
import { isDrained } from "./slots.ts";

/** How many instances are in rotation now, where they are fewest; what is on its way out is counted out. */
export function inRotation(situation: Situation): number {
  return countWithout(situation, isBalanced(situation.goal), new Set());
}

/** Configured instances in rotation where they are fewest, without the slots given. Workers count while they take work. */
export function countWithout(situation: Situation, balanced: boolean, without: ReadonlySet<SlotKey>): number {
  const groups = situation.instances
    .filter(({ goal }) => goal.release !== null && goal.balanced === balanced)
    .map(({ slots }) => slots.filter((slot) => !without.has(slot.key) && !isDrained(slot)));
  if (!balanced) return groups.filter((slots) => slots.some((slot) => slot.reach.kind === "in")).length;
  return fewestInRotation(
    groups.map((slots) => slots.map((slot) => slot.key)),
    situation.balancers,
  );
}

/** Slots that a deploy is taking out, or has taken out. */
export function drainedSlots(situation: Situation): readonly SlotKey[] {
  return situation.instances.flatMap((instance) =>
    instance.slots
      .filter((slot) => isDrained(slot) && slot.drains?.every((drain) => drain.by === "deploy"))
      .map((slot) => slot.key),
  );
}
