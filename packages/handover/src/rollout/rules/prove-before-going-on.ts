import { holdBack, type Objection, type Proposal, type Rule } from "../draft.ts";
import { isAtHand, isProven, serves } from "../phase.ts";
import type { InstanceSituation, Situation } from "../situation.ts";
import { carries } from "../slots.ts";

/**
 * Rule 3. At most `maxUnavailable` instances are unproven at a time: the next is begun, and the old slot of an instance
 * is given up, only when the new one is in rotation and has stayed healthy there for `minHealthyTime`.
 */
export const proveBeforeGoingOn: Rule = {
  name: "3 prove before going on",
  apply(draft, situation) {
    const unproven = situation.instances.filter((instance) => isUnproven(instance, situation));
    const begun = new Set(unproven.map((instance) => instance.goal.id));
    return holdBack(draft, (proposal) => {
      const { instance } = proposal;
      if (endsFailedRelease(proposal, situation)) return null;
      if (givesUpTheOld(proposal)) return unprovenOwn(instance, situation);
      if (!begins(proposal) || begun.has(instance.goal.id)) return null;
      if (instance.goal.release === null && begun.size > 0) return after(unproven);
      if (begun.size >= situation.goal.maxUnavailable) return after(unproven);
      begun.add(instance.goal.id);
      return null;
    });
  },
};

/** On its way and not proven; or hidden in the middle of it. */
function isUnproven(instance: InstanceSituation, { memory }: Situation): boolean {
  return (
    isAtHand(instance.phase) || (instance.phase === "hidden" && memory.begun[instance.goal.id] !== undefined)
  );
}

/** Would touch an instance that serves and has not been touched. Those that do not serve cost nothing: rule 4. */
export function begins({ action, instance }: Proposal): boolean {
  return instance.phase === "untouched" && serves(instance.slots) && action.kind !== "undrain";
}

function givesUpTheOld({ action, instance, slot }: Proposal): boolean {
  const hasNew = instance.slots.some((candidate) => carries(candidate, instance.target));
  return action.kind !== "undrain" && hasNew && !carries(slot, instance.target);
}

/** What failed here and has exited would only be started again by its host: nothing is given up with it. */
function endsFailedRelease({ instance, slot }: Proposal, { memory }: Situation): boolean {
  const failed = memory.failed[instance.goal.id] !== undefined && instance.target !== instance.goal.release;
  return failed && slot.content?.kind === "exited" && slot.content.release === instance.goal.release;
}

function unprovenOwn(instance: InstanceSituation, { goal, now }: Situation): Objection | null {
  const own = instance.slots.find((slot) => carries(slot, instance.target));
  if (own === undefined || isProven(own, goal.minHealthyTimeMs)) return null;
  if (own.content?.kind === "starting" || own.content?.kind === "swapping")
    return { what: "its health path to pass", until: null };
  if (own.reach.kind !== "in" || own.content?.kind !== "running")
    return { what: "the load balancer to bring it in", until: null };
  const healthyForMs = Math.min(own.reach.forMs, own.content.forMs);
  return { what: "minHealthyTime", until: now + goal.minHealthyTimeMs - healthyForMs };
}

function after(unproven: readonly InstanceSituation[]): Objection {
  const names = unproven.map((instance) => instance.goal.id).join(", ");
  return { what: names === "" ? "the ones before it" : `${names} to be proven`, until: null };
}
