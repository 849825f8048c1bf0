import type { Instant } from "../../fleet/time.ts";
import type { Paint } from "../../proof/paint.ts";
import { count, milliseconds, seconds } from "../../proof/quantities.ts";
import { instancesOf } from "../../proof/timeline/at-moment.ts";
import { textLanes, textLegend } from "../../proof/timeline/text-lanes.ts";
import { until } from "../../proof/timeline/timeline.ts";
import { STEP_UNDER_WAY } from "./action-text.ts";
import type { LiveState } from "./live-state.ts";
import { waitText } from "./plain-lines.ts";

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines below the lanes: rotation, failures, axis, legend, requests, and the two around. */
const AROUND = 8;

/** One frame of the live view, at most `rows - 1` lines: what moves where, how far the run is, what users see. */
export function liveFrame(state: LiveState, now: Instant, size: FrameSize, paint: Paint): readonly string[] {
  if (state.plan === null) return [];
  const { service, environment, from, to } = state.plan;
  const lines = [
    `${paint("strong", `${service} in ${environment}`)}  ${from === null ? "" : `${paint("old", from)} to `}${paint("new", to)}  ${elapsed(state, now)}`,
    ...lanes(state, now, size, paint),
    textLegend(paint),
    requests(state, paint),
  ];
  const room = Math.max(0, size.rows - 1 - lines.length);
  return [...lines, ...activities(state, now, paint).slice(0, room)].slice(0, Math.max(1, size.rows - 1));
}

function elapsed(state: LiveState, now: Instant): string {
  if (state.timeline.lanes.length === 0) return "about to begin";
  const spent = seconds((state.ended?.at ?? now) - state.timeline.startedAt);
  const predicted = state.plan?.predicted ?? null;
  return predicted === null ? spent : `${spent} of about ${seconds(predicted.durationMs)}`;
}

/** The lanes; instances for which there is no room are counted instead of shown. */
function lanes(state: LiveState, now: Instant, size: FrameSize, paint: Paint): readonly string[] {
  if (state.plan === null || state.timeline.lanes.length === 0) return [];
  const timeline = state.ended === null ? until(state.timeline, now) : state.timeline;
  const lines = textLanes(timeline, {
    columns: size.columns - 1,
    to: state.plan.to,
    horizon: timeline.startedAt + (state.plan.predicted?.durationMs ?? 0),
    failuresAt: state.failuresAt,
    paint,
  });
  const instances = instancesOf(timeline).length;
  const shown = Math.max(1, Math.min(instances, size.rows - AROUND));
  if (shown === instances) return lines;
  return [
    ...lines.slice(0, shown),
    paint("faint", `and ${instances - shown} more`),
    ...lines.slice(instances),
  ];
}

function requests(state: LiveState, paint: Paint): string {
  if (state.sent === 0) return paint("faint", "no request sent yet");
  const failed = `${count(state.failed)} failed${state.failed === 0 ? "" : ` (${state.lastWhy ?? "unknown"})`}`;
  return [
    `${count(state.sent)} requests`,
    paint(state.failed === 0 ? "good" : "bad", failed),
    ...(state.early === 0 ? [] : [paint("faint", `${count(state.early)} refused before anything served`)]),
    `p99 ${milliseconds(state.p99Ms)}`,
    `longest gap ${milliseconds(state.longestGapMs)}`,
  ].join(paint("faint", " | "));
}

function activities(state: LiveState, now: Instant, paint: Paint): readonly string[] {
  if (state.ended !== null) {
    return state.ended.halt === null
      ? []
      : [paint("bad", `${state.ended.halt.kind}: ${state.ended.halt.why}`)];
  }
  const steps = [...state.steps].map(
    ([instance, { step, since }]) => `${instance}: ${STEP_UNDER_WAY[step]}, ${seconds(now - since)}`,
  );
  const waits = state.waits.map((wait) => {
    const limit = wait.until === null ? "" : `, at most ${seconds(Math.max(0, wait.until - now))} more`;
    return paint("faint", `waiting for ${waitText(wait)}${limit}`);
  });
  return [...steps, ...waits];
}
