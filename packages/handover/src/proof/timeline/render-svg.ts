import type { ReleaseName } from "../../fleet/ids.ts";
import type { Instant } from "../../fleet/time.ts";
import type { MeasuredSample } from "../measurement.ts";
import { element, escaped, textElement } from "./svg.ts";
import { svgAxis, svgFailures, svgLatency, svgRotation } from "./svg-charts.ts";
import { svgLanes } from "./svg-lanes.ts";
import type { TimeScale } from "./svg-scale.ts";
import { SVG_STYLE } from "./svg-style.ts";
import type { Timeline } from "./timeline.ts";

export interface TimelinePicture {
  /** In one sentence what the picture shows: its heading and accessible name. */
  readonly title: string;
  /** The same in more words, for those who cannot see it. */
  readonly description: string;
  readonly from: ReleaseName | null;
  readonly to: ReleaseName;
  readonly samples: readonly MeasuredSample[];
  readonly failuresAt: readonly Instant[];
}

const WIDTH = 860;

/**
 * The timeline as one self-contained SVG, legible on light and dark pages: a bar a slot, the number in rotation against
 * the floor, the probe's latency, and a red line for every failure. Time 0 is the start of the run.
 */
export function renderTimelineSvg(timeline: Timeline, picture: TimelinePicture): string {
  const times = picture.samples.map((sample) => sample.at);
  const scale: TimeScale = {
    from: Math.min(timeline.startedAt, ...times.slice(0, 1)),
    to: Math.max(timeline.endedAt, ...times.slice(-1)),
    left: 104,
    right: WIDTH - 20,
  };
  const until = { ...timeline, endedAt: scale.to };
  const top = 58;
  const lanes = svgLanes(until, picture.to, scale, top);
  const rotation = svgRotation(until, scale, lanes.bottom);
  const latency = svgLatency(picture.samples, scale, rotation.bottom);
  const height = latency.bottom + 22;
  const content = [
    element("title", { id: "t" }, escaped(picture.title)),
    element("desc", { id: "d" }, escaped(picture.description)),
    element("style", {}, SVG_STYLE),
    element("rect", { class: "paper", width: WIDTH, height, rx: 6 }),
    textElement({ class: "head", x: 8, y: 22 }, picture.title),
    legend(picture),
    svgAxis(scale, timeline.startedAt, top - 6, latency.bottom),
    lanes.content,
    rotation.content,
    latency.content,
    svgFailures(picture.failuresAt, scale, top - 6, latency.bottom),
  ];
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${Math.ceil(height)}`,
      role: "img",
      "aria-labelledby": "t d",
    },
    content.join("\n"),
  );
}

function legend({ from, to }: TimelinePicture): string {
  const entries: readonly (readonly [string, string])[] = [
    ...(from === null ? [] : [["old", from] as const]),
    ["new", to],
    ["starting", "starting or not yet in"],
    ["old out", "draining"],
  ];
  let x = 8;
  const parts: string[] = [];
  for (const [className, label] of entries) {
    parts.push(element("rect", { class: className, x, y: 33, width: 12, height: 10 }));
    parts.push(textElement({ class: "small", x: x + 17, y: 42 }, label));
    x += 17 + label.length * 6.6 + 18;
  }
  return parts.join("");
}
