import type { SlotKey } from "../../fleet/instance.ts";
import type { Action } from "../action.ts";
import { waitFor, type Draft } from "../draft.ts";
import { floorOf } from "../goal.ts";
import { countWithout, drainedSlots } from "../in-rotation.ts";
import { MAX_AGE_MS, type InstanceSituation, type Situation, type SlotSituation } from "../situation.ts";
import { carries } from "../slots.ts";

/** Half of rule 1: while fewer than the floor are in rotation, what is being taken out is put back. */
export function putBackBelowTheFloor(draft: Draft, situation: Situation, balanced: boolean): Draft {
  const floor = floorOf(situation.goal, balanced);
  const leaving = drainedSlots(situation);
  const now = countWithout(situation, balanced, new Set(leaving));
  if (now >= floor || looksAway(situation)) return draft;
  return situation.instances
    .filter((instance) => instance.goal.balanced === balanced)
    .flatMap((instance) => instance.slots.map((slot) => ({ instance, slot })))
    .filter(({ slot }) => leaving.includes(slot.key) && slot.content?.kind === "running")
    .filter(
      ({ instance, slot }) => !isGivenUp(instance, slot, situation) && needsItsSlot(instance.slots, slot.key),
    )
    .reduce((current, { instance, slot }): Draft => {
      const own = (action: Action): boolean =>
        action.instance === instance.goal.id && action.slot === slot.slot;
      const back: Action = { kind: "undrain", instance: instance.goal.id, slot: slot.slot };
      const wait = waitFor(instance.goal.id, slot.slot, `${floorReason(floor)}; put back`);
      return {
        ...current,
        actions: [...current.actions.filter((action) => !own(action)), back],
        waits: [...current.waits, wait],
      };
    }, draft);
}

/** Names no count, which would change from look to look. */
export function floorReason(floor: number): string {
  return `the floor: ${floor} must stay in rotation`;
}

/** A look that failed has lost nobody yet. It is taken for a loss only when it lasts for as long as a fact may be old. */
function looksAway({ memory, now }: Situation): boolean {
  return memory.blindSince !== null && now - memory.blindSince < MAX_AGE_MS;
}

/** It did not serve before, or runs the release that failed here: putting it back would bring nothing in. */
export function isGivenUp(instance: InstanceSituation, slot: SlotSituation, { memory }: Situation): boolean {
  const { id, release } = instance.goal;
  if (memory.begun[id]?.served === false) return true;
  return memory.failed[id] !== undefined && carries(slot, release);
}

/** No other slot of the instance is in rotation, so that putting this one back brings one more in. */
function needsItsSlot(slots: Situation["instances"][number]["slots"], key: SlotKey): boolean {
  return slots.every((slot) => slot.key === key || slot.reach.kind !== "in");
}
