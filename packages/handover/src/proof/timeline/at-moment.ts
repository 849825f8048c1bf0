import type { InstanceId } from "../../fleet/ids.ts";
import type { Instant } from "../../fleet/time.ts";
import type { Lane, Span, Timeline } from "./timeline.ts";

/** The instances of a timeline, in the order in which they were first seen. */
export function instancesOf(timeline: Timeline): readonly InstanceId[] {
  return [...new Set(timeline.lanes.map((lane) => lane.instance))];
}

export function lanesOf(timeline: Timeline, instance: InstanceId): readonly Lane[] {
  return timeline.lanes.filter((lane) => lane.instance === instance);
}

/** The spans of a lane that lie in a stretch of time, at least in part. */
export function spansWithin(lane: Lane, from: Instant, to: Instant): readonly Span[] {
  return lane.spans.filter((span, index) => {
    const end = lane.spans[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    return span.from < to && end > from;
  });
}

/** The fewest in rotation in a stretch of time; null before anything is known. */
export function fewestWithin(timeline: Timeline, from: Instant, to: Instant): number | null {
  const { rotation } = timeline;
  const within = rotation.filter((step, index) => {
    const end = rotation[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    return step.at < to && end > from;
  });
  return within.length === 0 ? null : Math.min(...within.map((step) => step.inRotation));
}
