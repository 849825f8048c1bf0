import type { ReleaseName } from "../../fleet/ids.ts";
import { instancesOf, lanesOf } from "./at-moment.ts";
import { element, escaped, textElement } from "./svg.ts";
import { xOf, type TimeScale } from "./svg-scale.ts";
import type { Lane, Span, Timeline } from "./timeline.ts";

const BAR = 10;
const BETWEEN_SLOTS = 3;
const BETWEEN_INSTANCES = 10;

export interface Drawn {
  readonly content: string;
  /** Where the next part starts. */
  readonly bottom: number;
}

/** A bar a slot, coloured by release; full where it is in rotation, pale where it only finishes what it has. */
export function svgLanes(timeline: Timeline, to: ReleaseName, scale: TimeScale, top: number): Drawn {
  const parts: string[] = [];
  let y = top;
  for (const instance of instancesOf(timeline)) {
    const lanes = lanesOf(timeline, instance);
    const height = lanes.length * (BAR + BETWEEN_SLOTS) - BETWEEN_SLOTS;
    parts.push(textElement({ x: 8, y: y + height / 2 + 4 }, instance));
    for (const lane of lanes) {
      parts.push(svgLane(lane, timeline, to, scale, y));
      y += BAR + BETWEEN_SLOTS;
    }
    y += BETWEEN_INSTANCES - BETWEEN_SLOTS;
  }
  return { content: parts.join(""), bottom: y };
}

function svgLane(lane: Lane, timeline: Timeline, to: ReleaseName, scale: TimeScale, y: number): string {
  const track = element("rect", {
    class: "track",
    x: scale.left,
    y: y + BAR / 2 - 1,
    width: scale.right - scale.left,
    height: 2,
  });
  const bars = lane.spans.map((span, index) => {
    if (span.state === "empty") return "";
    const x = xOf(scale, span.from);
    const end = xOf(scale, lane.spans[index + 1]?.from ?? timeline.endedAt);
    const said = `${lane.instance}/${lane.slot}: ${span.release ?? "nothing"}, ${inWords(span)}`;
    return element(
      "rect",
      { class: classOf(span, to), x, y, width: Math.max(0.5, end - x), height: BAR },
      `<title>${escaped(said)}</title>`,
    );
  });
  return [track, ...bars].join("");
}

function classOf(span: Span, to: ReleaseName): string {
  const release = span.release === to ? "new" : "old";
  if (span.inRotation) return release;
  switch (span.state) {
    case "starting":
    case "down":
    case "unknown":
      return span.state;
    case "running":
      return "starting";
    case "empty":
    case "draining":
    case "stopping":
      return `${release} out`;
  }
}

function inWords(span: Span): string {
  return span.inRotation && span.state === "running"
    ? "in rotation"
    : `${span.state}${span.inRotation ? ", in rotation" : ""}`;
}
