import type { InstanceId } from "../fleet/ids.ts";
import type { Observed } from "../fleet/observed.ts";
import type { Evidence } from "../fleet/rotation.ts";
import type { Instant } from "../fleet/time.ts";
import type { Decision, Wait } from "./decision.ts";
import { floorOf, type Goal } from "./goal.ts";
import type { Memory } from "./memory.ts";
import type { Phase } from "./phase.ts";
import type { InstanceView, RolloutEvent, StepName } from "./rollout-event.ts";
import { assess, type InstanceSituation } from "./situation.ts";
import { carries, isDrained, releaseOf } from "./slots.ts";
import { inRotation } from "./in-rotation.ts";

/** What was told already, so that only news is told. */
export interface Told {
  readonly fleet: string;
  readonly waits: string;
  readonly steps: Readonly<Record<InstanceId, StepName | null>>;
}

export const silence: Told = { fleet: "", waits: "", steps: {} };

/** What has changed since the last look, as events. Pure: the renderers and the report live on these alone. */
export function narrate(
  told: Told,
  goal: Goal,
  observed: Observed,
  memory: Memory,
  decision: Decision,
  now: Instant,
): { readonly told: Told; readonly events: readonly RolloutEvent[] } {
  const situation = assess(goal, observed, memory, now);
  const events: RolloutEvent[] = [];

  const instances = situation.instances.map(viewOf);
  const count = inRotation(situation);
  const fleet = JSON.stringify([count, instances]);
  if (fleet !== told.fleet)
    events.push({ kind: "fleet", at: now, floor: floorOf(goal), inRotation: count, instances });

  const steps: Record<InstanceId, StepName | null> = {};
  for (const instance of situation.instances) {
    const { id } = instance.goal;
    const before = told.steps[id] ?? null;
    const step = stepOf(instance, memory);
    steps[id] = step === "same" ? before : step;
    if (before === steps[id]) continue;
    if (before !== null)
      events.push({
        kind: "step",
        at: now,
        instance: id,
        step: before,
        edge: "end",
        evidence: evidenceOf(before, instance),
      });
    const begun = steps[id];
    if (begun !== null && begun !== undefined)
      events.push({ kind: "step", at: now, instance: id, step: begun, edge: "begin" });
  }

  const waits: readonly Wait[] = "waits" in decision ? decision.waits : [];
  const reasons = JSON.stringify(waits.map(({ instance, slot, what }) => [instance, slot, what]));
  if (reasons !== told.waits) events.push({ kind: "wait", at: now, waits });
  if (decision.kind === "done" || decision.kind === "halt")
    events.push({ kind: "ended", at: now, halt: decision.kind === "halt" ? decision.halt : null });
  return { told: { fleet, waits: reasons, steps }, events };
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

/** What ended the step: the balancer's word that the new one is in, or that the old one is out. */
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

function viewOf(instance: InstanceSituation): InstanceView {
  const slots = instance.slots.map((slot) => ({
    slot: slot.slot,
    content: slot.content?.kind ?? ("unknown" as const),
    release: releaseOf(slot.content),
    inRotation: slot.reach.kind === "in",
    draining: isDrained(slot),
    inFlight: slot.inFlight,
  }));
  return { id: instance.goal.id, inRotation: slots.some((slot) => slot.inRotation), slots };
}
