import type { InstanceId } from "../../fleet/ids.ts";
import { halted, type Rule } from "../draft.ts";
import { isOpen } from "../is-open.ts";
import type { Situation } from "../situation.ts";

/**
 * Rule 5. The first failure halts: nothing new is begun, what is at hand is finished, the failing instance goes back to
 * what it ran before (and with `onFailure: rollback` the others too). Going back that fails is not tried again.
 */
export const firstFailureHalts: Rule = {
  name: "5 the first failure halts",
  apply(draft, situation) {
    const first = situation.instances.find(
      (instance) => situation.memory.failed[instance.goal.id] !== undefined,
    );
    if (first === undefined) return draft;
    const given = new Set(
      situation.instances.filter((instance) => isGivenUp(instance.goal.id, situation)).map(idOf),
    );
    const proposals = draft.proposals.filter(({ instance }) => !given.has(instance.goal.id));
    const kept = { ...draft, proposals };
    if (situation.instances.some((one) => !given.has(one.goal.id) && isOpen(one, situation))) return kept;
    const failure = situation.memory.failed[first.goal.id];
    const halt = {
      kind: "failed",
      instance: first.goal.id,
      why: failure?.why ?? "",
      log: failure?.log ?? [],
    } as const;
    return halted({ ...kept, proposals: [] }, halt);
  },
};

function idOf(instance: Situation["instances"][number]): InstanceId {
  return instance.goal.id;
}

function isGivenUp(id: InstanceId, { memory }: Situation): boolean {
  return memory.failed[id]?.beyondRepair === true;
}
