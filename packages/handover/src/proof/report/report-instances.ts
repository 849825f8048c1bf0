import type { InstanceId, ReleaseName } from "../../fleet/ids.ts";
import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { GoalInstance } from "../../rollout/goal.ts";
import type { InstanceView, RolloutEvent, SlotView } from "../../rollout/rollout-event.ts";
import type { ReportInstance } from "./report.ts";
import { reportSteps } from "./report-steps.ts";

export type ReportedInstance = Pick<GoalInstance, "id" | "host" | "release" | "balanced">;

/** What became of each instance, from the first and the last that was seen of it. */
export function reportInstances(
  events: readonly RolloutEvent[],
  wanted: readonly ReportedInstance[],
  endedAt: Instant,
  wallOffsetMs: Milliseconds,
): readonly ReportInstance[] {
  const fleets = events.filter((event) => event.kind === "fleet");
  return wanted.map((instance): ReportInstance => {
    const views = fleets.flatMap((fleet) => fleet.instances.filter((view) => view.id === instance.id));
    const from = runningIn(views[0]);
    const last = views.at(-1);
    const runs = runningIn(last);
    const inRotation = last?.inRotation ?? false;
    const works = runs !== null && (inRotation || !instance.balanced);
    return {
      id: instance.id,
      host: instance.host,
      from,
      to: instance.release,
      runs,
      inRotation,
      outcome: outcomeOf({
        changed: wasChanged(events, instance.id),
        from,
        to: instance.release,
        runs,
        works,
      }),
      steps: reportSteps(events, instance.id, endedAt, wallOffsetMs),
    };
  });
}

interface Course {
  /** The run started, swapped or stopped something in it. */
  readonly changed: boolean;
  readonly from: ReleaseName | null;
  readonly to: ReleaseName | null;
  readonly runs: ReleaseName | null;
  /** It runs, and is in rotation if it is one that can be. */
  readonly works: boolean;
}

function outcomeOf({ changed, from, to, runs, works }: Course): ReportInstance["outcome"] {
  if (!changed) return "kept";
  if (runs === to && (works || to === null)) return "replaced";
  return runs !== null && runs === from && works ? "restored" : "failed";
}

function wasChanged(events: readonly RolloutEvent[], instance: InstanceId): boolean {
  return events.some(
    (event) =>
      event.kind === "action" &&
      event.action.instance === instance &&
      event.action.kind !== "drain" &&
      event.action.kind !== "undrain",
  );
}

/** What an instance runs: what is in rotation first, then what has passed its health path. */
export function runningIn(view: InstanceView | undefined): ReleaseName | null {
  if (view === undefined) return null;
  const live = view.slots.filter((slot) => slot.content === "running" || slot.inRotation);
  const [best] = live.toSorted((one, other) => rank(other) - rank(one));
  return best?.release ?? null;
}

function rank(slot: SlotView): number {
  return (slot.inRotation ? 2 : 0) + (slot.draining ? 0 : 1);
}
