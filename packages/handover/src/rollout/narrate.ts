import type { Decision, Wait } from "./decision.ts";
import { floorOf } from "./goal.ts";
import { inRotation } from "./in-rotation.ts";
import { narrateSteps, type Steps } from "./narrate-steps.ts";
import type { InstanceView, RolloutEvent } from "./rollout-event.ts";
import type { InstanceSituation, Situation } from "./situation.ts";
import { isDrained, releaseOf } from "./slots.ts";

/** What was told already, so that only news is told. */
export interface Told {
  readonly fleet: string;
  readonly waits: string;
  readonly steps: Steps;
}

export const silence: Told = { fleet: "", waits: "", steps: {} };

/** What has changed since the last look, as events. Pure: the renderers and the report live on these alone. */
export function narrate(
  told: Told,
  situation: Situation,
  decision: Decision,
): { readonly told: Told; readonly events: readonly RolloutEvent[] } {
  const { goal, now } = situation;
  const events: RolloutEvent[] = [];

  const instances = situation.instances.map(viewOf);
  const view = { floor: floorOf(goal), inRotation: inRotation(situation), instances };
  const fleet = JSON.stringify(view);
  if (fleet !== told.fleet) events.push({ kind: "fleet", at: now, ...view });

  const { steps, events: stepEvents } = narrateSteps(told.steps, situation);
  events.push(...stepEvents);

  const waits: readonly Wait[] = "waits" in decision ? decision.waits : [];
  const reasons = JSON.stringify(waits.map(({ instance, slot, what }) => [instance, slot, what]));
  if (reasons !== told.waits) events.push({ kind: "wait", at: now, waits });

  if (decision.kind === "done" || decision.kind === "halt")
    events.push({ kind: "ended", at: now, halt: decision.kind === "halt" ? decision.halt : null });
  return { told: { fleet, waits: reasons, steps }, events };
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
