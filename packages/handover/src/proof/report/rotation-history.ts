import type { Instant } from "../../fleet/time.ts";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";

/** How many instances are in rotation from `at` until the next entry. */
export interface RotationStep {
  readonly at: Instant;
  readonly inRotation: number;
}

/** The number in rotation over time: one entry a change. */
export function rotationHistory(events: readonly RolloutEvent[]): readonly RotationStep[] {
  const steps: RotationStep[] = [];
  for (const event of events) {
    if (event.kind === "fleet" && steps.at(-1)?.inRotation !== event.inRotation) {
      steps.push({ at: event.at, inRotation: event.inRotation });
    }
  }
  return steps;
}

export function firstActionAt(events: readonly RolloutEvent[]): Instant | null {
  return events.find((event) => event.kind === "action")?.at ?? null;
}

/** The floor was held at some moment from `from` to `to`. */
export function floorHeld(
  history: readonly RotationStep[],
  floor: number,
  from: Instant,
  to: Instant,
): boolean {
  return history.some((step, index) => {
    const until = history[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    return step.inRotation >= floor && step.at <= to && until > from;
  });
}

/**
 * From when on users are promised anything: always (minus infinity), but where nothing served at the start only once the
 * floor is first in rotation, and never (infinity) if it did not get there.
 */
export function promisedFrom(history: readonly RotationStep[], floor: number): Instant {
  if (history[0] === undefined || history[0].inRotation > 0) return Number.NEGATIVE_INFINITY;
  return history.find((step) => step.inRotation >= floor)?.at ?? Number.POSITIVE_INFINITY;
}

/** The fewest in rotation from `from` on; what it is at the end where `from` never came. */
export function fewestInRotation(history: readonly RotationStep[], from: Instant): number {
  const counted = history.filter((_, index) => (history[index + 1]?.at ?? Number.POSITIVE_INFINITY) > from);
  const started = counted.length > 0 ? counted : history.slice(-1);
  return started.length === 0 ? 0 : Math.min(...started.map((step) => step.inRotation));
}
