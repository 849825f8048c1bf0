import { holdBack, type Rule } from "../draft.ts";

/**
 * Rule 8. An older commit does not replace a newer one unless it is a rollback. So nothing is touched before it has been
 * seen what every instance runs.
 */
export const noOlderRelease: Rule = {
  name: "8 no older release unless it is a rollback",
  apply(draft, { goal, memory, instances }) {
    if (goal.kind === "rollback") return draft;
    const unseen = instances.filter((instance) => memory.before[instance.goal.id] === undefined);
    const names = unseen.map((instance) => instance.goal.id).join(", ");
    const held = holdBack(draft, () =>
      unseen.length > 0 ? { what: `a look at ${names}`, until: null } : null,
    );
    for (const { goal: instance } of instances) {
      const before = memory.before[instance.id] ?? null;
      if (instance.release === null || before === null || before === instance.release) continue;
      if (!goal.newerReleases.includes(before)) continue;
      const why = `${instance.id} runs ${before}, which is newer than ${instance.release}`;
      return { ...held, proposals: [], halt: { kind: "refused", instance: instance.id, why, log: [] } };
    }
    return held;
  },
};
