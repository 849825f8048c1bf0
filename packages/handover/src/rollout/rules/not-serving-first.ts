import { holdBack, type Rule } from "../draft.ts";
import { isAtHand, serves } from "../phase.ts";
import type { InstanceSituation, Situation } from "../situation.ts";
import { begins } from "./prove-before-going-on.ts";

/**
 * Rule 4. Instances that are known not to be serving go first and together: replacing them costs nothing. Until each of
 * them is proven, none that serves is touched.
 */
export const notServingFirst: Rule = {
  name: "4 those that do not serve go first",
  apply(draft, situation) {
    const first = situation.instances.filter((instance) => goesFirst(instance, situation));
    if (first.length === 0) return draft;
    const names = first.map((instance) => instance.goal.id).join(", ");
    return holdBack(draft, (proposal) =>
      begins(proposal) ? { what: `${names} first: not in rotation`, until: null } : null,
    );
  },
};

function goesFirst(instance: InstanceSituation, { memory }: Situation): boolean {
  if (instance.goal.release === null) return false;
  if (instance.phase === "untouched") return !serves(instance.slots);
  return isAtHand(instance.phase) && memory.begun[instance.goal.id]?.served === false;
}
