import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { writeFileSync } from "node:fs";
import { systemClock } from "../../adapters/clock/system.ts";
import { bringDown } from "../../operations/bring-down.ts";
import { prepareDemo, type Demo } from "../../operations/prepare-demo.ts";
import type { MeasuredSample } from "../../proof/measurement.ts";
import { exitStatus } from "../../proof/report/exit-status.ts";
import type { Report } from "../../proof/report/report.ts";
import { timelinePicture } from "../../proof/timeline/picture.ts";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import { interruption } from "../interruption.ts";
import type { CliEvent, View } from "../render/cli-event.ts";
import { deployWith, note, openView, wallOffsetMs, type Run } from "../run-deploy.ts";

/** `demo`: two deploys of a small API on this machine, the second one under load. Leaves nothing behind. */
export function demoCommand(exit: (status: number) => void): CommandUnknownOpts {
  return new Command("demo")
    .description("deploy a small API twice on this machine, the second time under load, and show the proof")
    .option("--json", "one JSON object a line; the last is the second deploy's report")
    .option("--quiet", "results only")
    .option("--timeline <file>", "write a picture (SVG) of the second deploy")
    .action(async (options) => {
      const view = openView(options);
      using stop = interruption(() =>
        view.emit(note("interrupted: finishing or putting back what is at hand")),
      );
      const demo = await prepareDemo();
      let last: Report | null = null;
      try {
        last = await play(demo, view, stop.signal, options.timeline);
      } catch (error) {
        if (stop.received() === null) throw error;
      } finally {
        view.emit(note("ending what the demo started"));
        await bringDown(demo.local, AbortSignal.timeout(120_000));
        demo.remove();
        if (last !== null) view.emit({ kind: "report", at: systemClock.now(), report: last });
        view.close();
      }
      if (last !== null) return exit(exitStatus(last, stop.received()));
      return exit(stop.received() === "SIGTERM" ? 143 : 130);
    });
}

/** Both deploys; the report of the second, or of the first where that one failed. */
async function play(demo: Demo, view: View, interrupt: AbortSignal, timeline?: string): Promise<Report> {
  const { local } = demo;
  const build: Run = { kind: "deploy", release: (secrets, signal) => local.builder(secrets).build(signal) };
  view.emit(note(demo.settings));
  view.emit(note("the first deploy fills the empty environment"));
  const first = await deployWith(local, build, view, interrupt);
  if (first.outcome !== "done" || interrupt.aborted) return first;

  demo.nextRelease();
  view.emit(note("the second deploy replaces that release, under load"));
  const events: RolloutEvent[] = [];
  const samples: MeasuredSample[] = [];
  const second = await deployWith(local, build, view, interrupt, (event: CliEvent) => {
    if (event.kind === "probe") samples.push(event.sample);
    else if (isOfRollout(event)) events.push(event);
  });
  if (timeline !== undefined) writeFileSync(timeline, timelinePicture(events, samples, second, wallOffsetMs));
  return second;
}

function isOfRollout(event: CliEvent): event is RolloutEvent {
  return !["plan", "note", "probe", "error", "report"].includes(event.kind);
}
