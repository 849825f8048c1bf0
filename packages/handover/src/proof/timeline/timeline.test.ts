import { describe, expect, it } from "vitest";
import {
  exampleRun,
  failure,
  fleetEvent,
  instanceView,
  NEW,
  OLD,
  ONE,
  sample,
  slotView,
} from "../example-run.ts";
import { renderTimelineSvg, type TimelinePicture } from "./render-svg.ts";
import { textLanes, textLegend } from "./text-lanes.ts";
import { timelineOf, until } from "./timeline.ts";

const timeline = timelineOf(exampleRun);

describe("the timeline", () => {
  it("has a lane a slot with what it runs and does, told only where it changes", () => {
    const [a, b] = timeline.lanes.filter((lane) => lane.instance === ONE);
    expect(a?.spans).toEqual([
      { from: 1_000, state: "running", release: OLD, inRotation: true },
      { from: 2_700, state: "draining", release: OLD, inRotation: false },
      { from: 3_100, state: "empty", release: null, inRotation: false },
    ]);
    expect(b?.spans).toEqual([
      { from: 1_000, state: "empty", release: null, inRotation: false },
      { from: 1_101, state: "starting", release: NEW, inRotation: false },
      { from: 1_600, state: "running", release: NEW, inRotation: false },
      { from: 2_100, state: "running", release: NEW, inRotation: true },
    ]);
    expect(timeline).toMatchObject({ startedAt: 1_000, endedAt: 5_100, floor: 1 });
    expect(timeline.rotation).toEqual([{ at: 1_000, inRotation: 2 }]);
  });

  it("stays small when the fleet is told again and again without a change", () => {
    const view = instanceView(ONE, slotView("a", OLD));
    const told = timelineOf(Array.from({ length: 1_000 }, (_, at) => fleetEvent(at, view)));
    expect(told.lanes[0]?.spans).toHaveLength(1);
    expect(told.rotation).toHaveLength(1);
  });
});

describe("the timeline as text", () => {
  it("reads like this", () => {
    expect(textLanes(timeline, { columns: 54, to: NEW })).toEqual([
      `api-1        ${"▒".repeat(11)}${"▓".repeat(6)}${"█".repeat(24)}`,
      `api-2        ${"▒".repeat(31)}${"▓".repeat(6)}${"█".repeat(4)}`,
      `in rotation  ${"2".repeat(41)}`,
      `             0 s${"4.1 s".padStart(38)}`,
    ]);
  });

  it("is as wide as it is told to be, and never narrower than it can be read", () => {
    for (const columns of [60, 99, 140]) {
      const widths = textLanes(timeline, { columns, to: NEW }).map((line) => line.length);
      expect(new Set(widths)).toEqual(new Set([columns]));
    }
    expect(textLanes(timeline, { columns: 5, to: NEW })[0]).toHaveLength(40);
  });

  it("leaves blank what has not happened yet", () => {
    const [lane, , , axis] = textLanes(timeline, { columns: 54, to: NEW, horizon: 9_200 });
    expect(lane?.length).toBeLessThan(35);
    expect(axis?.endsWith("8.2 s")).toBe(true);
  });

  it("moves on with the clock while nothing happens", () => {
    expect(textLanes(until(timeline, 9_200), { columns: 54, to: NEW })[3]?.endsWith("8.2 s")).toBe(true);
  });

  it("marks when requests failed", () => {
    const lines = textLanes(timeline, { columns: 54, to: NEW, failuresAt: [1_000, 5_000] });
    expect(lines.find((line) => line.startsWith("failures"))).toBe(`failures     x${"·".repeat(39)}x`);
  });

  it("shows an instance that starts, is down, drains or is empty", () => {
    const looks = (...slots: Parameters<typeof slotView>[]): string | undefined =>
      textLanes(timelineOf([fleetEvent(0, instanceView(ONE, ...slots.map((slot) => slotView(...slot))))]), {
        columns: 54,
        to: NEW,
      })[0]?.at(13);
    const out = { inRotation: false };
    expect(looks(["a", NEW, { ...out, content: "starting" }])).toBe("▁");
    expect(looks(["a", NEW, { ...out, content: "exited" }])).toBe("x");
    expect(looks(["a", OLD, { ...out, draining: true }])).toBe("▄");
    expect(looks(["a", OLD, { ...out, content: "unknown" }])).toBe("?");
    expect(looks(["a", null])).toBe("·");
  });

  it("paints a number below the floor as bad", () => {
    const none = timelineOf([fleetEvent(0, instanceView(ONE, slotView("a", null)))]);
    const lines = textLanes(none, { columns: 54, to: NEW, paint: (ink, text) => `<${ink}>${text}` });
    expect(lines[1]).toContain("<bad>0");
  });

  it("explains its signs", () => {
    expect(textLegend()).toBe("▒ old  █ new  ▓ both  ▄ draining  ▁ starting  x down  · nothing");
  });
});

describe("the timeline as a picture", () => {
  const picture: TimelinePicture = {
    title: "sha-5d6e7f8.9f02 replaced sha-1a2b3c4.9f02",
    description: "Two instances <one> after the other & never fewer than two in rotation.",
    from: OLD,
    to: NEW,
    samples: [500, 1_000, 3_000, 5_500].map((at) => sample(at)),
    failuresAt: [],
  };
  const svg = renderTimelineSvg(timeline, picture);

  it("is one small self-contained SVG", () => {
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 ')).toBe(true);
    expect(svg.length).toBeLessThan(12_000);
    expect(svg).not.toMatch(/<script|href=|url\(/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("says what it shows to those who cannot see it", () => {
    expect(svg).toContain('role="img" aria-labelledby="t d"');
    expect(svg).toContain(`<title id="t">${picture.title}</title>`);
    expect(svg).toContain("Two instances &lt;one&gt; after the other &amp; never fewer");
    expect(svg).toContain("<title>api-1/a: sha-1a2b3c4.9f02, draining</title>");
  });

  it("is legible on light and on dark pages", () => {
    expect(svg).toContain("prefers-color-scheme:dark");
  });

  it("colours bars by release and shows the floor, the latency and the failures", () => {
    expect(svg).toContain('class="old"');
    expect(svg).toContain('class="new"');
    expect(svg).toContain('class="floor"');
    expect(svg).toContain('class="wave"');
    expect(svg).not.toContain('class="fail"');
    const failing = renderTimelineSvg(timeline, {
      ...picture,
      failuresAt: [failure(2_000).at, 2_000, 4_000],
    });
    expect(failing.split('class="fail"')).toHaveLength(3);
  });

  it("does without a probe", () => {
    const unprobed = renderTimelineSvg(timeline, { ...picture, samples: [] });
    expect(unprobed).not.toContain('class="wave"');
    expect(unprobed).not.toMatch(/NaN|Infinity/);
  });
});
