import type { InstanceId } from "../../fleet/ids.ts";
import type { Evidence } from "../../fleet/rotation.ts";
import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { Wait } from "../../rollout/decision.ts";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import type { ReportWait } from "./report.ts";
import { wallTime } from "./wall-time.ts";

/** How far a wait's end and the step that it was for may lie apart: one turn of the loop. */
const ONE_TURN_MS: Milliseconds = 100;

interface OpenWait {
  readonly wait: Wait;
  readonly from: Instant;
}

/** Every wait from when it was first told until it was no longer, with the evidence of the step that ended with it. */
export function reportWaits(
  events: readonly RolloutEvent[],
  endedAt: Instant,
  wallOffsetMs: Milliseconds,
): readonly ReportWait[] {
  const told: ReportWait[] = [];
  let open = new Map<string, OpenWait>();

  function end({ wait, from }: OpenWait, to: Instant): void {
    told.push({
      instance: wait.instance,
      what: wait.what,
      startedAt: wallTime(from, wallOffsetMs),
      durationMs: Math.round(to - from),
      evidence: evidenceAt(events, wait.instance, from, to),
    });
  }

  for (const event of events) {
    if (event.kind !== "wait") continue;
    const now = new Map<string, OpenWait>();
    for (const wait of event.waits) {
      const key = `${wait.instance}/${wait.slot ?? ""} ${wait.what}`;
      now.set(key, open.get(key) ?? { wait, from: event.at });
    }
    for (const [key, wait] of open) if (!now.has(key)) end(wait, event.at);
    open = now;
  }
  for (const wait of open.values()) end(wait, endedAt);
  return told;
}

function evidenceAt(
  events: readonly RolloutEvent[],
  instance: InstanceId,
  from: Instant,
  to: Instant,
): Evidence | null {
  const ends = events
    .filter((event) => event.kind === "step")
    .filter((step) => step.instance === instance && step.at >= from && step.at <= to + ONE_TURN_MS);
  const last = ends.findLast((step) => step.edge === "end" && step.evidence !== null);
  return last?.edge === "end" ? last.evidence : null;
}
