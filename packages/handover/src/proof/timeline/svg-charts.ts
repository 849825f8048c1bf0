import type { Instant } from "../../fleet/time.ts";
import type { MeasuredSample } from "../measurement.ts";
import { milliseconds, seconds } from "../quantities.ts";
import { element, polyline, textElement } from "./svg.ts";
import type { Drawn } from "./svg-lanes.ts";
import { ticksOf, xOf, type TimeScale } from "./svg-scale.ts";
import type { Timeline } from "./timeline.ts";

const ROTATION = 44;
const LATENCY = 40;

/** How many are in rotation, as steps, above the floor's dashed line. */
export function svgRotation(timeline: Timeline, scale: TimeScale, top: number): Drawn {
  const most = Math.max(timeline.floor, ...timeline.rotation.map((step) => step.inRotation), 1);
  const yOf = (count: number): number => top + ROTATION - (count / most) * (ROTATION - 8);
  const points: (readonly [number, number])[] = [];
  for (const { at, inRotation } of timeline.rotation) {
    const before = points.at(-1);
    if (before !== undefined) points.push([xOf(scale, at), before[1]]);
    points.push([xOf(scale, at), yOf(inRotation)]);
  }
  const last = points.at(-1);
  if (last !== undefined) points.push([xOf(scale, timeline.endedAt), last[1]]);
  const floor = yOf(timeline.floor);
  return {
    content: [
      textElement({ x: 8, y: top + 18 }, "in rotation"),
      textElement({ class: "small", x: 8, y: top + 33 }, `floor ${timeline.floor} of ${most}`),
      element("line", { class: "floor", x1: scale.left, x2: scale.right, y1: floor, y2: floor }),
      polyline(points, "count"),
    ].join(""),
    bottom: top + ROTATION + 10,
  };
}

/** The probe's 99th percentile over time. */
export function svgLatency(samples: readonly MeasuredSample[], scale: TimeScale, top: number): Drawn {
  const shown = samples.filter((sample) => sample.sent > 0 && sample.latency.p99Ms > 0);
  if (shown.length === 0) return { content: "", bottom: top };
  const most = Math.max(...shown.map((sample) => sample.latency.p99Ms));
  const points = shown.map(
    ({ at, latency }) => [xOf(scale, at), top + LATENCY - (latency.p99Ms / most) * (LATENCY - 6)] as const,
  );
  return {
    content: [
      textElement({ x: 8, y: top + 16 }, "latency p99"),
      textElement({ class: "small", x: 8, y: top + 31 }, `up to ${milliseconds(most)}`),
      polyline(points, "wave"),
    ].join(""),
    bottom: top + LATENCY + 8,
  };
}

/** A red line through all lanes wherever a request failed; those at the same place are one. */
export function svgFailures(
  failuresAt: readonly Instant[],
  scale: TimeScale,
  top: number,
  bottom: number,
): string {
  const places = new Set(failuresAt.map((at) => Math.round(xOf(scale, at))));
  return [...places]
    .map((x) => element("line", { class: "fail", x1: x, x2: x, y1: top, y2: bottom }))
    .join("");
}

export function svgAxis(scale: TimeScale, zero: Instant, top: number, bottom: number): string {
  return ticksOf(scale, zero)
    .map((ms) => {
      const x = xOf(scale, zero + ms);
      const label = ms % 1000 === 0 && ms < 60_000 ? `${ms / 1000} s` : seconds(ms);
      return (
        element("line", { class: "grid", x1: x, x2: x, y1: top, y2: bottom }) +
        textElement({ class: "small", x, y: bottom + 14, "text-anchor": "middle" }, label)
      );
    })
    .join("");
}
