import { halted, holdBack, type Draft, type Rule } from "../draft.ts";
import { isOpen } from "../is-open.ts";
import type { InstanceSituation, Situation } from "../situation.ts";
import { isHeldByOperator, isLive } from "../slots.ts";

/**
 * Rule 7. Only the holder of the lease acts. An instance that an operator took out is never admitted by a deploy: the
 * deploy is refused, or, where it had begun already, it leaves that one alone and halts when the rest is settled.
 */
export const onlyWithTheLease: Rule = {
  name: "7 only with the lease, and never against an operator",
  apply(draft, situation) {
    const respectful = respectOperators(draft, situation);
    if (situation.lease.kind === "known" && situation.lease.value === "held") return respectful;
    const waiting: Draft = { ...respectful, proposals: [] };
    if (situation.lease.kind === "unknown") return waiting;
    const why = "the lease was lost: another deploy may act now";
    return { ...waiting, halt: { kind: "lost", instance: null, why, log: [] } };
  },
};

function respectOperators(unaware: Draft, situation: Situation): Draft {
  const draft = holdBack(unaware, ({ instance }) => {
    const unasked = instance.slots.find((slot) => isLive(slot) && slot.drains === null);
    return unasked === undefined ? null : { what: `whether ${unasked.key} is drained`, until: null };
  });
  const taken = situation.instances.filter(
    (instance) => instance.slots.some(isHeldByOperator) && wantsChange(instance),
  );
  const [first] = taken;
  if (first === undefined) return draft;
  const kept = holdBack(draft, ({ instance }) =>
    taken.includes(instance)
      ? { what: "an operator took it out: `handover undrain` first", until: null }
      : null,
  );
  const why = `an operator took ${first.goal.id} out of rotation`;
  if (Object.keys(situation.memory.begun).length === 0)
    return { ...kept, proposals: [], halt: { kind: "refused", instance: first.goal.id, why, log: [] } };
  const open = situation.instances.some(
    (instance) => !taken.includes(instance) && isOpen(instance, situation),
  );
  return open ? kept : halted(kept, { kind: "lost", instance: first.goal.id, why, log: [] });
}

function wantsChange(instance: InstanceSituation): boolean {
  return instance.phase !== "settled";
}
