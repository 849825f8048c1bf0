import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import type { MeasuredSample } from "../measurement.ts";
import { sentence } from "../report/sentence.ts";
import type { Report } from "../report/report.ts";
import { renderTimelineSvg } from "./render-svg.ts";
import { timelineOf } from "./timeline.ts";

/** The picture (SVG) of one run: its lanes, its rotation, what the probe saw. `wallOffsetMs`: wall time minus the run's clock. */
export function timelinePicture(
  events: readonly RolloutEvent[],
  samples: readonly MeasuredSample[],
  report: Report,
  wallOffsetMs: number,
): string {
  const { service, environment, from, to, rotation, requests } = report;
  return renderTimelineSvg(timelineOf(events), {
    title: sentence(report),
    description:
      `${service} in ${environment}: ${from ?? "nothing"} to ${to}. Never fewer than ${rotation.minimum} instances in rotation; ` +
      `the floor is ${rotation.floor}. ${requests.total} requests, ${requests.failed} failed, longest gap ${requests.longestGapMs} ms.`,
    from,
    to,
    samples,
    failuresAt: requests.failures.map(({ at }) => Date.parse(at) - wallOffsetMs),
  });
}
