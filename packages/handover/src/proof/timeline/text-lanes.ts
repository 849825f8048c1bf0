import type { InstanceId, ReleaseName } from "../../fleet/ids.ts";
import type { Instant, Milliseconds } from "../../fleet/time.ts";
import { plainPaint, type Ink, type Paint } from "../paint.ts";
import { seconds } from "../quantities.ts";
import { fewestWithin, instancesOf, lanesOf, spansWithin } from "./at-moment.ts";
import type { Span, Timeline } from "./timeline.ts";

export interface TextLanesOptions {
  /** Columns to fill, labels included; at least 40. */
  readonly columns: number;
  /** The release that is on its way in. */
  readonly to: ReleaseName;
  /** Until when the time axis reaches, if that is later than the timeline: what has not happened yet stays blank. */
  readonly horizon?: Instant;
  /** When requests failed. */
  readonly failuresAt?: readonly Instant[];
  readonly paint?: Paint;
}

interface Cell {
  readonly glyph: string;
  readonly ink: Ink;
}

const OLD: Cell = { glyph: "\u2592", ink: "old" };
const BOTH: Cell = { glyph: "\u2593", ink: "new" };
const NEW: Cell = { glyph: "\u2588", ink: "new" };
const DRAINING: Cell = { glyph: "\u2584", ink: "warn" };
const STARTING: Cell = { glyph: "\u2581", ink: "warn" };
const DOWN: Cell = { glyph: "x", ink: "bad" };
const EMPTY: Cell = { glyph: "\u00b7", ink: "faint" };
const BLANK: Cell = { glyph: " ", ink: "faint" };
const UNKNOWN: Cell = { glyph: "?", ink: "warn" };

const LEGEND: readonly (readonly [Cell, string])[] = [
  [OLD, "old"],
  [NEW, "new"],
  [BOTH, "both"],
  [DRAINING, "draining"],
  [STARTING, "starting"],
  [DOWN, "down"],
  [EMPTY, "nothing"],
];

/** The timeline as lines of text: a lane an instance, how many are in rotation, failures, and the time. Reads without colour too. */
export function textLanes(timeline: Timeline, options: TextLanesOptions): readonly string[] {
  const paint = options.paint ?? plainPaint;
  const instances = instancesOf(timeline);
  const label = Math.max("in rotation".length, ...instances.map((id) => id.length));
  const width = Math.max(40, options.columns) - label - 2;
  const horizon = Math.max(timeline.endedAt, options.horizon ?? timeline.endedAt);
  const stretches = stretchesOf(timeline.startedAt, horizon, width);
  const row = (name: string, cellAt: (from: Instant, to: Instant) => Cell): string => {
    const cells = stretches.map(([from, to]) => (from > timeline.endedAt ? BLANK : cellAt(from, to)));
    return `${paint("faint", name.padEnd(label))}  ${painted(cells, paint)}`.trimEnd();
  };
  const failed = options.failuresAt ?? [];
  const failure = (from: Instant, to: Instant): Cell =>
    failed.some((at) => at >= from && at < to) ? DOWN : EMPTY;
  return [
    ...instances.map((id) => row(id, (from, to) => cellOf(timeline, id, from, to, options.to))),
    row("in rotation", (from, to) => rotationCell(timeline, from, to)),
    ...(failed.length > 0 ? [row("failures", failure)] : []),
    `${" ".repeat(label)}  ${paint("faint", axis(horizon - timeline.startedAt, width))}`,
  ];
}

/** What the signs mean, as one line. */
export function textLegend(paint: Paint = plainPaint): string {
  return LEGEND.map(([cell, meaning]) => `${paint(cell.ink, cell.glyph)} ${meaning}`).join("  ");
}

function stretchesOf(from: Instant, to: Instant, width: number): readonly (readonly [Instant, Instant])[] {
  const step = Math.max(1, to - from) / width;
  return Array.from({ length: width }, (_, column) => [from + column * step, from + (column + 1) * step]);
}

/** The one sign for an instance in a stretch of time: what is in rotation wins, then what says most. */
function cellOf(timeline: Timeline, id: InstanceId, from: Instant, to: Instant, wanted: ReleaseName): Cell {
  const spans = lanesOf(timeline, id).flatMap((lane) => spansWithin(lane, from, to).slice(-1));
  const serving = spans.filter((span) => span.inRotation);
  if (serving.length > 1) return BOTH;
  if (serving[0] !== undefined) return serving[0].release === wanted ? NEW : OLD;
  const signs: readonly (readonly [Span["state"], Cell])[] = [
    ["down", DOWN],
    ["draining", DRAINING],
    ["stopping", DRAINING],
    ["running", STARTING],
    ["starting", STARTING],
    ["unknown", UNKNOWN],
  ];
  return signs.find(([state]) => spans.some((span) => span.state === state))?.[1] ?? EMPTY;
}

function rotationCell(timeline: Timeline, from: Instant, to: Instant): Cell {
  const fewest = fewestWithin(timeline, from, to);
  if (fewest === null) return BLANK;
  const ink = fewest < timeline.floor ? "bad" : "faint";
  return { glyph: fewest > 9 ? "+" : String(fewest), ink };
}

/** Neighbours of the same ink are painted together, so that a line is short on the wire. */
function painted(cells: readonly Cell[], paint: Paint): string {
  let text = "";
  let run = "";
  for (const [index, cell] of cells.entries()) {
    run += cell.glyph;
    if (cells[index + 1]?.ink === cell.ink) continue;
    text += paint(cell.ink, run);
    run = "";
  }
  return text;
}

function axis(lengthMs: Milliseconds, width: number): string {
  return `0 s${seconds(lengthMs).padStart(width - 3)}`;
}
