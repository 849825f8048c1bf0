import { slotKey } from "../../fleet/instance.ts";
import type { Action } from "../action.ts";
import { holdBack, type Draft, type Rule } from "../draft.ts";
import { floorOf } from "../goal.ts";
import { countWithout, drainedSlots } from "../in-rotation.ts";
import type { InstanceSituation, Situation } from "../situation.ts";
import { floorReason, isGivenUp, putBackBelowTheFloor } from "./put-back.ts";

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
    return { what: floorReason(floor), until: null };
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

function ownerOf(action: Action, { instances }: Situation): InstanceSituation | undefined {
  return instances.find((instance) => instance.goal.id === action.instance);
}
