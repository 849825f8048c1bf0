import type { InstanceId, ReleaseName } from "../../fleet/ids.ts";
import type { SlotName } from "../../fleet/instance.ts";
import type { Instant } from "../../fleet/time.ts";
import type { InstanceView, RolloutEvent, SlotView } from "../../rollout/rollout-event.ts";

/** What a slot does. Whether it gets new requests is told apart from this: a draining slot may still be in rotation. */
export type SpanState = "empty" | "starting" | "running" | "draining" | "stopping" | "down" | "unknown";

/** A slot that does the same for a while. The last span of a lane lasts until the timeline ends. */
export interface Span {
  readonly from: Instant;
  readonly state: SpanState;
  readonly release: ReleaseName | null;
  readonly inRotation: boolean;
}

export interface Lane {
  readonly instance: InstanceId;
  readonly slot: SlotName;
  readonly spans: readonly Span[];
}

/** The fleet over time: one lane a slot, and how many instances are in rotation. Small, whatever happened: only changes. */
export interface Timeline {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly floor: number;
  readonly lanes: readonly Lane[];
  readonly rotation: readonly { readonly at: Instant; readonly inRotation: number }[];
}

export const emptyTimeline: Timeline = { startedAt: 0, endedAt: 0, floor: 0, lanes: [], rotation: [] };

export function timelineOf(events: readonly RolloutEvent[]): Timeline {
  let timeline = emptyTimeline;
  for (const event of events) timeline = continued(timeline, event);
  return timeline;
}

/** The timeline after one more event. */
export function continued(timeline: Timeline, event: RolloutEvent): Timeline {
  const begun =
    timeline === emptyTimeline ? { ...timeline, startedAt: event.at, endedAt: event.at } : timeline;
  const later = { ...begun, endedAt: Math.max(begun.endedAt, event.at) };
  if (event.kind !== "fleet") return later;
  const changed = later.rotation.at(-1)?.inRotation !== event.inRotation;
  return {
    ...later,
    floor: event.floor,
    lanes: event.instances.reduce((lanes, view) => withInstance(lanes, view, event.at), later.lanes),
    rotation: changed ? [...later.rotation, { at: event.at, inRotation: event.inRotation }] : later.rotation,
  };
}

/** The same, shown until `now`: the live view's edge. */
export function until(timeline: Timeline, now: Instant): Timeline {
  return { ...timeline, endedAt: Math.max(timeline.endedAt, now) };
}

function withInstance(lanes: readonly Lane[], view: InstanceView, at: Instant): readonly Lane[] {
  return view.slots.reduce((known, slot) => withSlot(known, view.id, slot, at), lanes);
}

function withSlot(
  lanes: readonly Lane[],
  instance: InstanceId,
  view: SlotView,
  at: Instant,
): readonly Lane[] {
  const span: Span = { from: at, state: stateOf(view), release: view.release, inRotation: view.inRotation };
  const index = lanes.findIndex((lane) => lane.instance === instance && lane.slot === view.slot);
  const lane = lanes[index];
  if (lane === undefined) return [...lanes, { instance, slot: view.slot, spans: [span] }];
  const last = lane.spans.at(-1);
  if (last !== undefined && isSame(last, span)) return lanes;
  return lanes.with(index, { ...lane, spans: [...lane.spans, span] });
}

function isSame(one: Span, other: Span): boolean {
  return one.state === other.state && one.release === other.release && one.inRotation === other.inRotation;
}

function stateOf(view: SlotView): SpanState {
  switch (view.content) {
    case "empty":
      return "empty";
    case "unknown":
      return "unknown";
    case "exited":
      return "down";
    case "starting":
    case "swapping":
      return "starting";
    case "stopping":
      return "stopping";
    case "running":
      return view.draining ? "draining" : "running";
  }
}
