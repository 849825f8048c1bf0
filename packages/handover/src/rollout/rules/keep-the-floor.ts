import { slotKey, type SlotKey } from "../../fleet/instance.ts";
import { fewestInRotation } from "../../health/rotation.ts";
import type { Action } from "../action.ts";
import { holdBack, waitFor, type Draft, type Rule } from "../draft.ts";
import { floorOf, isBalanced } from "../goal.ts";
import { MAX_AGE_MS, type InstanceSituation, type Situation, type SlotSituation } from "../situation.ts";
import { carries, isDrained, isLive } from "../slots.ts";

/**
 * Rule 1. An instance is taken out only if the number in rotation stays at or above the floor, at every node of every
 * balancer, with everything counted as out that is on its way out. If another is lost meanwhile, it is put back.
 */
export const keepTheFloor: Rule = {
  name: "1 keep the floor",
  apply(draft, situation) {
    const putBack = [true, false].reduce(
      (current, balanced) => putBackBelowTheFloor(current, situation, balanced),
      draft,
    );
    return takeOutWithinTheFloor(putBack, situation);
  },
};

function takeOutWithinTheFloor(draft: Draft, situation: Situation): Draft {
  const leaving = new Set(drainedSlots(situation));
  return holdBack(draft, (action) => {
    const key = slotKey(action.instance, action.slot);
    if (action.kind !== "drain" || leaving.has(key)) return null;
    const { balanced } = ownerOf(action, situation)?.goal ?? { balanced: true };
    const floor = floorOf(situation.goal, balanced);
    const now = countWithout(situation, balanced, leaving);
    const then = countWithout(situation, balanced, new Set([...leaving, key]));
    if (then >= floor || (then === now && !mayBeTheLast(situation, action))) {
      leaving.add(key);
      return null;
    }
    return { what: `the floor: ${now} in rotation, ${floor} must stay`, until: null };
  });
}

/**
 * Where the count is below the floor already, taking out costs nothing only if the slot is known to be out for good:
 * not where a balancer cannot be read, and not one that served and was just put back.
 */
function mayBeTheLast(situation: Situation, action: Action): boolean {
  const instance = ownerOf(action, situation);
  const slot = instance?.slots.find((candidate) => candidate.slot === action.slot);
  const others =
    instance?.slots.filter((candidate) => candidate !== slot && candidate.reach.kind === "in") ?? [];
  if (instance === undefined || slot === undefined || others.length > 0) return false;
  const served = situation.memory.begun[instance.goal.id]?.served === true;
  const comesBack = served && slot.content?.kind === "running" && !isGivenUp(instance, slot, situation);
  return slot.reach.kind !== "out" || comesBack;
}

function putBackBelowTheFloor(draft: Draft, situation: Situation, balanced: boolean): Draft {
  const floor = floorOf(situation.goal, balanced);
  const leaving = drainedSlots(situation);
  const now = countWithout(situation, balanced, new Set(leaving));
  if (now >= floor || looksAway(situation)) return draft;
  return situation.instances
    .filter((instance) => instance.goal.balanced === balanced)
    .flatMap((instance) => instance.slots.map((slot) => ({ instance, slot })))
    .filter(({ slot }) => leaving.includes(slot.key) && isLive(slot) && slot.content?.kind === "running")
    .filter(
      ({ instance, slot }) => !isGivenUp(instance, slot, situation) && needsItsSlot(instance.slots, slot.key),
    )
    .reduce((current, { instance, slot }): Draft => {
      const own = (action: Action): boolean =>
        action.instance === instance.goal.id && action.slot === slot.slot;
      const back: Action = { kind: "undrain", instance: instance.goal.id, slot: slot.slot };
      const wait = waitFor(
        instance.goal.id,
        slot.slot,
        `the floor: ${now} in rotation, ${floor} must stay; put back`,
      );
      return {
        ...current,
        actions: [...current.actions.filter((action) => !own(action)), back],
        waits: [...current.waits, wait],
      };
    }, draft);
}

/** A look that failed has lost nobody yet. It is taken for a loss only when it lasts for as long as a fact may be old. */
function looksAway({ memory, now }: Situation): boolean {
  return memory.blindSince !== null && now - memory.blindSince < MAX_AGE_MS;
}

/** It did not serve before, or runs the release that failed here: putting it back would bring nothing in. */
function isGivenUp(instance: InstanceSituation, slot: SlotSituation, { memory }: Situation): boolean {
  const { id, release } = instance.goal;
  if (memory.begun[id]?.served === false) return true;
  return memory.failed[id] !== undefined && carries(slot, release);
}

/** No other slot of the instance is in rotation, so that putting this one back brings one more in. */
function needsItsSlot(slots: Situation["instances"][number]["slots"], key: SlotKey): boolean {
  return slots.every((slot) => slot.key === key || slot.reach.kind !== "in");
}

function drainedSlots(situation: Situation): readonly SlotKey[] {
  return situation.instances.flatMap((instance) =>
    instance.slots
      .filter((slot) => isDrained(slot) && slot.drains?.every((drain) => drain.by === "deploy"))
      .map((slot) => slot.key),
  );
}

function ownerOf(action: Action, { instances }: Situation): InstanceSituation | undefined {
  return instances.find((instance) => instance.goal.id === action.instance);
}

/** How many instances are in rotation now, where they are fewest; what is on its way out is counted out. */
export function inRotation(situation: Situation): number {
  return countWithout(situation, isBalanced(situation.goal), new Set());
}

/** Configured instances in rotation where they are fewest, without the slots given. Workers count while they take work. */
function countWithout(situation: Situation, balanced: boolean, without: ReadonlySet<SlotKey>): number {
  const groups = situation.instances
    .filter(({ goal }) => goal.release !== null && goal.balanced === balanced)
    .map(({ slots }) => slots.filter((slot) => !without.has(slot.key) && !isDrained(slot)));
  if (!balanced) return groups.filter((slots) => slots.some((slot) => slot.reach.kind === "in")).length;
  return fewestInRotation(
    groups.map((slots) => slots.map((slot) => slot.key)),
    situation.balancers,
  );
}
