import type { InstanceId } from "../../fleet/ids.ts";
import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import type { ReportStep } from "./report.ts";
import { wallTime } from "./wall-time.ts";

/** The steps of one instance in the order in which they began; one that never ended lasts until the run did. */
export function reportSteps(
  events: readonly RolloutEvent[],
  instance: InstanceId,
  endedAt: Instant,
  wallOffsetMs: Milliseconds,
): readonly ReportStep[] {
  const steps = events.filter((event) => event.kind === "step").filter((step) => step.instance === instance);
  return steps.flatMap((begin, index): ReportStep[] => {
    if (begin.edge === "end") return [];
    const later = steps.slice(index + 1).find((step) => step.step === begin.step);
    const end = later?.edge === "end" ? later : null;
    return [
      {
        step: begin.step,
        startedAt: wallTime(begin.at, wallOffsetMs),
        durationMs: Math.round((later?.at ?? endedAt) - begin.at),
        evidence: end?.evidence ?? null,
        ended: end !== null,
      },
    ];
  });
}
