import { systemClock } from "../adapters/clock/system.ts";
import type { Release } from "../fleet/release.ts";
import type { LocalEnvironment } from "../main.ts";
import { deploy } from "../operations/deploy.ts";
import type { Secret } from "../ports/secrets.ts";
import type { Report } from "../proof/report/report.ts";
import { exitStatus } from "../proof/report/exit-status.ts";
import type { Goal } from "../rollout/goal.ts";
import { interruption } from "./interruption.ts";
import type { CommonOptions } from "./options.ts";
import type { CliEvent, View } from "./render/cli-event.ts";
import { viewFor } from "./render/view-for.ts";

/** Wall time minus the run's clock. */
export const wallOffsetMs: number = performance.timeOrigin;

export interface Run {
  readonly kind: Goal["kind"];
  readonly release: (secrets: ReadonlyMap<string, Secret>, signal: AbortSignal) => Promise<Release>;
}

/** The view that fits the options and this terminal. */
export function openView(options: CommonOptions): View {
  return viewFor({
    json: options.json === true,
    quiet: options.quiet === true,
    output: { stdout: process.stdout, stderr: process.stderr },
    env: process.env,
    now: () => systemClock.now(),
    wallOffsetMs,
  });
}

/** Deploys under a view, and returns the exit status. Throws what is refused before anything was touched. */
export async function runDeploy(local: LocalEnvironment, run: Run, options: CommonOptions): Promise<number> {
  const view = openView(options);
  using stop = interruption(() => view.emit(note("interrupted: finishing or putting back what is at hand")));
  try {
    const report = await deployWith(local, run, view, stop.signal);
    view.emit({ kind: "report", at: systemClock.now(), report });
    return exitStatus(report, stop.received());
  } catch (error) {
    const received = stop.received();
    if (received === null) throw error;
    view.emit(note("interrupted before anything was touched"));
    return received === "SIGTERM" ? 143 : 130;
  } finally {
    view.close();
  }
}

/** One deploy whose events a view shows. */
export async function deployWith(
  local: LocalEnvironment,
  run: Run,
  view: View,
  interrupt: AbortSignal,
  onEvent: (event: CliEvent) => void = () => undefined,
): Promise<Report> {
  const emit = (event: CliEvent): void => {
    onEvent(event);
    view.emit(event);
  };
  return await deploy(local, {
    ...run,
    interrupt,
    wallOffsetMs,
    listener: {
      note: (text) => emit(note(text)),
      plan: (plan) => emit({ kind: "plan", at: systemClock.now(), plan }),
      event: emit,
      sample: (sample) => emit({ kind: "probe", at: systemClock.now(), sample }),
    },
  });
}

/** Prose for people, between the events. */
export function note(text: string): CliEvent {
  return { kind: "note", at: systemClock.now(), text };
}
