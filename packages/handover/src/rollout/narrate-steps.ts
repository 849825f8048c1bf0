import type { InstanceId } from "../fleet/ids.ts";
import type { Evidence } from "../fleet/rotation.ts";
import type { Memory } from "./memory.ts";
import type { Phase } from "./phase.ts";
import type { RolloutEvent, StepName } from "./rollout-event.ts";
import type { InstanceSituation, Situation } from "./situation.ts";
import { carries } from "./slots.ts";

/** The step that each instance was at when it was last told of. */
export type Steps = Readonly<Record<InstanceId, StepName | null>>;

/** The steps that have ended since the last look, and those that have begun. */
export function narrateSteps(
  told: Steps,
  { instances, memory, now }: Situation,
): { readonly steps: Steps; readonly events: readonly RolloutEvent[] } {
  const steps: Record<InstanceId, StepName | null> = {};
  const events = instances.flatMap((instance): readonly RolloutEvent[] => {
    const { id } = instance.goal;
    const before = told[id] ?? null;
    const seen = stepOf(instance, memory);
    const after = seen === "same" ? before : seen;
    steps[id] = after;
    if (before === after) return [];
    const about = { kind: "step", at: now, instance: id } as const;
    const evidence = before === null || after === "restore" ? null : evidenceOf(before, instance);
    return [
      ...(before === null ? [] : [{ ...about, step: before, edge: "end", evidence } as const]),
      ...(after === null ? [] : [{ ...about, step: after, edge: "begin" } as const]),
    ];
  });
  return { steps, events };
}

/** The step that an instance is at; `same` where it cannot be seen. Going back is one step, whatever it takes. */
function stepOf(instance: InstanceSituation, memory: Memory): StepName | null | "same" {
  if (instance.phase === "hidden") return "same";
  const goesBack = memory.begun[instance.goal.id] !== undefined && instance.target !== instance.goal.release;
  const step = STEP_OF_PHASE[instance.phase];
  return goesBack &&
    (step !== null ||
      (memory.failed[instance.goal.id]?.beyondRepair === false && instance.phase !== "settled"))
    ? "restore"
    : step;
}

const STEP_OF_PHASE: Readonly<Record<Exclude<Phase, "hidden">, StepName | null>> = {
  untouched: null,
  start: "start",
  swap: "swap",
  join: "join",
  prove: "prove",
  drain: "drain",
  retire: "drain",
  stop: "stop",
  settled: null,
};

/** What ended the step: the balancer's word that the new one is in, or that the old one is out. Nothing, where it failed. */
function evidenceOf(step: StepName, instance: InstanceSituation): Evidence | null {
  const own = instance.slots.find((slot) => carries(slot, instance.target));
  if (step === "join" || step === "prove" || step === "restore") return own?.reach.evidence ?? null;
  if (step !== "drain") return null;
  return (
    instance.slots.find((slot) => slot !== own && slot.reach.kind === "out")?.reach.evidence ??
    own?.reach.evidence ??
    null
  );
}
