import type { SlotKey } from "../../fleet/instance.ts";
import { holdBack, type Draft, type Proposal, type Rule } from "../draft.ts";
import { floorOf } from "../goal.ts";
import { countWithout, drainedSlots, fewest } from "../in-rotation.ts";
import type { Situation } from "../situation.ts";
import { floorReason, isGivenUp, putBackBelowTheFloor } from "./put-back.ts";

/**
 * Rule 1. An instance is taken out only if the number in rotation stays at or above the floor, at every node of every
 * balancer, with everything counted as out that is on its way out. If another is lost meanwhile, it is put back.
 */
export const keepTheFloor: Rule = {
  name: "1 keep the floor",
  apply: (draft, situation) =>
    [true, false].reduce((current, balanced) => {
      const putBack = putBackBelowTheFloor(current, situation, balanced);
      return takeOutWithinTheFloor(putBack, situation, balanced);
    }, draft),
};

function takeOutWithinTheFloor(draft: Draft, situation: Situation, balanced: boolean): Draft {
  const floor = floorOf(situation.goal, balanced);
  const leaving = new Set(drainedSlots(situation));
  let now = countWithout(situation, situation.instances, balanced, leaving);
  return holdBack(draft, (proposal) => {
    const { action, instance, slot } = proposal;
    if (action.kind !== "drain" || instance.goal.balanced !== balanced || leaving.has(slot.key)) return null;
    const then = countAfter(now, proposal, situation, leaving);
    const costsNothing = fewest(then) === fewest(now) && !mayBeTheLast(situation, proposal);
    if (fewest(then) < floor && !costsNothing) return { what: floorReason(floor), until: null };
    leaving.add(slot.key);
    now = then;
    return null;
  });
}

/** The counts without this slot too. Only its own instance is counted again. */
function countAfter(
  now: readonly number[],
  { instance, slot }: Proposal,
  situation: Situation,
  leaving: ReadonlySet<SlotKey>,
): readonly number[] {
  const { balanced } = instance.goal;
  const own = countWithout(situation, [instance], balanced, leaving);
  const rest = countWithout(situation, [instance], balanced, new Set([...leaving, slot.key]));
  return now.map((count, node) => count - (own[node] ?? 0) + (rest[node] ?? 0));
}

/**
 * Where the count is below the floor already, taking out costs nothing only if the slot is known to be out for good:
 * not where a balancer cannot be read, and not one that served and was just put back.
 */
function mayBeTheLast({ memory }: Situation, { instance, slot }: Proposal): boolean {
  const others = instance.slots.filter((candidate) => candidate !== slot && candidate.reach.kind === "in");
  if (others.length > 0) return false;
  const served = memory.begun[instance.goal.id]?.served === true;
  const comesBack = served && slot.content?.kind === "running" && !isGivenUp(instance, slot, memory);
  return slot.reach.kind !== "out" || comesBack;
}
