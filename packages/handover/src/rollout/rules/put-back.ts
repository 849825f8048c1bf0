import type { SlotKey } from "../../fleet/instance.ts";
import { MAX_AGE_MS } from "../deadlines.ts";
import { waitFor, type Draft } from "../draft.ts";
import { floorOf } from "../goal.ts";
import { countWithout, drainedSlots, fewest } from "../in-rotation.ts";
import type { Memory } from "../memory.ts";
import type { InstanceSituation, Situation, SlotSituation } from "../situation.ts";
import { carries } from "../slots.ts";
import { undrain } from "../towards.ts";

/** Half of rule 1: while fewer than the floor are in rotation, what is being taken out is put back. */
export function putBackBelowTheFloor(draft: Draft, situation: Situation, balanced: boolean): Draft {
  const floor = floorOf(situation.goal, balanced);
  const leaving = new Set(drainedSlots(situation));
  const now = countWithout(situation, situation.instances, balanced, leaving);
  if (fewest(now) >= floor || looksAway(situation)) return draft;
  const needed = situation.instances
    .filter((instance) => instance.goal.balanced === balanced)
    .flatMap((instance) => instance.slots.map((slot) => ({ instance, slot })))
    .filter(({ slot }) => leaving.has(slot.key) && slot.content?.kind === "running")
    .filter(({ instance, slot }) => !isGivenUp(instance, slot, situation.memory))
    .filter(({ instance, slot }) => needsItsSlot(instance.slots, slot.key));
  const keys = new Set(needed.map(({ slot }) => slot.key));
  const back = needed.map(({ instance, slot }) => undrain(instance, slot));
  const waits = needed.map(({ instance, slot }) =>
    waitFor(instance.goal.id, slot.slot, `${floorReason(floor)}; put back`),
  );
  return {
    ...draft,
    proposals: [...draft.proposals.filter(({ slot }) => !keys.has(slot.key)), ...back],
    waits: [...draft.waits, ...waits],
  };
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
export function isGivenUp(instance: InstanceSituation, slot: SlotSituation, memory: Memory): boolean {
  const { id, release } = instance.goal;
  if (memory.begun[id]?.served === false) return true;
  return memory.failed[id] !== undefined && carries(slot, release);
}

/** No other slot of the instance is in rotation, so that putting this one back brings one more in. */
function needsItsSlot(slots: InstanceSituation["slots"], key: SlotKey): boolean {
  return slots.every((slot) => slot.key === key || slot.reach.kind !== "in");
}
