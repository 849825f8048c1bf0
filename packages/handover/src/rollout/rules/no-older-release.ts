import type { Rule } from "../draft.ts";
import type { InstanceSituation } from "../situation.ts";
import { releaseOf } from "../slots.ts";
import type { ReleaseName } from "../../fleet/ids.ts";

/** Rule 8. An older commit does not replace a newer one unless it is a rollback. */
export const noOlderRelease: Rule = {
  name: "8 no older release unless it is a rollback",
  apply(draft, situation) {
    const { goal, memory, instances } = situation;
    if (goal.kind === "rollback" || Object.keys(memory.begun).length > 0) return draft;
    for (const instance of instances) {
      const newer = runs(instance).find((release) => goal.newerReleases.includes(release));
      if (newer === undefined) continue;
      const why = `${instance.goal.id} runs ${newer}, which is newer than ${instance.goal.release}`;
      return { ...draft, actions: [], halt: { kind: "refused", instance: instance.goal.id, why, log: [] } };
    }
    return draft;
  },
};

function runs(instance: InstanceSituation): readonly ReleaseName[] {
  if (instance.goal.release === null) return [];
  return instance.slots.flatMap((slot) => releaseOf(slot.content) ?? []);
}
