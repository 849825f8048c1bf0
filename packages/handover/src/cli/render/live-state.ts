import type { InstanceId } from "../../fleet/ids.ts";
import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { ReportFacts } from "../../proof/report/build-report.ts";
import { continued, emptyTimeline, type Timeline } from "../../proof/timeline/timeline.ts";
import type { Halt, Wait } from "../../rollout/decision.ts";
import type { StepName } from "../../rollout/rollout-event.ts";
import type { CliEvent } from "./cli-event.ts";

/** All that a frame of the live view shows: the stream so far, folded. */
export interface LiveState {
  readonly plan: ReportFacts | null;
  readonly timeline: Timeline;
  /** The step that each instance is in, and since when. */
  readonly steps: ReadonlyMap<InstanceId, { readonly step: StepName; readonly since: Instant }>;
  readonly waits: readonly Wait[];
  readonly sent: number;
  readonly failed: number;
  /** Failed on a first deploy before the floor was first in rotation: nothing was promised then. */
  readonly early: number;
  readonly lastWhy: string | null;
  readonly p99Ms: Milliseconds;
  readonly longestGapMs: Milliseconds;
  /** The latest of them; what is shown is at most one a column. */
  readonly failuresAt: readonly Instant[];
  readonly ended: { readonly at: Instant; readonly halt: Halt | null } | null;
}

export const emptyState: LiveState = {
  plan: null,
  timeline: emptyTimeline,
  steps: new Map(),
  waits: [],
  sent: 0,
  failed: 0,
  early: 0,
  lastWhy: null,
  p99Ms: 0,
  longestGapMs: 0,
  failuresAt: [],
  ended: null,
};

const FAILURES_SHOWN = 500;

/** The state after one more event. A plan begins anew. */
export function afterEvent(state: LiveState, event: CliEvent): LiveState {
  switch (event.kind) {
    case "plan":
      return { ...emptyState, plan: event.plan };
    case "fleet":
    case "action":
      return { ...state, timeline: continued(state.timeline, event) };
    case "step": {
      const steps = new Map(state.steps);
      if (event.edge === "begin") steps.set(event.instance, { step: event.step, since: event.at });
      else if (steps.get(event.instance)?.step === event.step) steps.delete(event.instance);
      return { ...state, steps, timeline: continued(state.timeline, event) };
    }
    case "wait":
      return { ...state, waits: event.waits };
    case "ended":
      return {
        ...state,
        steps: new Map(),
        waits: [],
        timeline: continued(state.timeline, event),
        ended: { at: event.at, halt: event.halt },
      };
    case "probe": {
      const { sent, failed, lastWhy, latency, gap } = event.sample;
      if (isEarly(state)) return { ...state, sent: state.sent + sent, early: state.early + failed };
      const failuresAt =
        failed > 0 ? [...state.failuresAt, event.at].slice(-FAILURES_SHOWN) : state.failuresAt;
      return {
        ...state,
        sent: state.sent + sent,
        failed: state.failed + failed,
        lastWhy: lastWhy ?? state.lastWhy,
        p99Ms: sent > 0 ? latency.p99Ms : state.p99Ms,
        longestGapMs: Math.max(state.longestGapMs, gap === null ? 0 : gap.to - gap.from),
        failuresAt,
      };
    }
    case "note":
    case "error":
    case "report":
      return state;
  }
}

/** Nothing ran before, and the floor has not been in rotation yet. */
function isEarly({ plan, timeline }: LiveState): boolean {
  return plan?.from === null && timeline.rotation.every(({ inRotation }) => inRotation < plan.floor);
}
