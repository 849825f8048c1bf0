import type { Instant, Milliseconds } from "../../fleet/time.ts";
import { count, counted, listed, seconds } from "../../proof/quantities.ts";
import type { Wait } from "../../rollout/decision.ts";
import { actionText, STEP_ENDED } from "./action-text.ts";
import type { CliEvent } from "./cli-event.ts";

/** What the lines so far have said, so that each thing is said once. */
export interface Said {
  readonly inRotation: number | null;
  readonly floor: number;
  readonly waits: readonly string[];
  /** Slots whose drain was told: renewing it is no news. */
  readonly drained: readonly string[];
  readonly stepsBegun: Readonly<Record<string, Instant>>;
  /** Why probe requests fail at the moment: said once, and once more when they succeed again. */
  readonly failing: string | null;
}

export const nothingSaid: Said = {
  inRotation: null,
  floor: 0,
  waits: [],
  drained: [],
  stepsBegun: {},
  failing: null,
};

export interface PlainLines {
  readonly lines: readonly string[];
  readonly said: Said;
}

/** The lines for one event, without their time. Reports and errors are not lines of the log. */
export function plainLines(event: CliEvent, said: Said): PlainLines {
  const only = (...lines: string[]): PlainLines => ({ lines, said });
  switch (event.kind) {
    case "plan": {
      const { service, environment, from, to, floor, predicted } = event.plan;
      const change = from === null ? `first deploy of ${to}` : `${from} to ${to}`;
      const instances = listed(event.plan.instances.map(({ id }) => id));
      const prediction = predicted === null ? "" : `, about ${seconds(predicted.durationMs)}`;
      const line = `${service} in ${environment}: ${change} on ${instances}; never fewer than ${floor} in rotation${prediction}`;
      return { lines: [line], said: { ...nothingSaid, floor } };
    }
    case "note":
      return only(event.text);
    case "fleet": {
      const { inRotation, floor, instances } = event;
      if (said.inRotation === inRotation) return only();
      const line = `${inRotation} of ${instances.length} in rotation (floor ${floor})`;
      return { lines: [line], said: { ...said, inRotation, floor } };
    }
    case "action":
      return actionLines(event, said);
    case "step":
      return stepLines(event, said);
    case "wait": {
      const waits = event.waits.map((wait) => waitText(wait));
      const fresh = waits.filter((wait) => !said.waits.includes(wait));
      return { lines: fresh.map((wait) => `waiting: ${wait}`), said: { ...said, waits } };
    }
    case "probe": {
      const { sent, failed } = event.sample;
      const failing = failed === 0 ? null : (event.sample.lastWhy ?? "unknown");
      if (failing === said.failing || (failed === 0 && sent === 0)) return only();
      const line =
        failing === null
          ? "probe requests succeed again"
          : `${counted(failed, "probe request")} failed, ${count(sent)} sent (${failing})`;
      return { lines: [line], said: { ...said, failing } };
    }
    case "ended":
      return event.halt === null ? only() : only(`${event.halt.kind}: ${event.halt.why}`);
    case "error":
    case "report":
      return only();
  }
}

function actionLines(event: Extract<CliEvent, { kind: "action" }>, said: Said): PlainLines {
  const { action, outcome, why } = event;
  const slot = `${action.instance}/${action.slot}`;
  if (action.kind === "drain" && outcome === "accepted" && said.drained.includes(slot)) {
    return { lines: [], said };
  }
  const others = said.drained.filter((other) => other !== slot);
  const drained = action.kind === "drain" ? [...others, slot] : others;
  const unclear =
    outcome === "unclear" ? ` (outcome unclear${why === null ? "" : `: ${why}`}; looking again)` : "";
  return { lines: [`${actionText(action)}${unclear}`], said: { ...said, drained } };
}

function stepLines(event: Extract<CliEvent, { kind: "step" }>, said: Said): PlainLines {
  const key = `${event.instance} ${event.step}`;
  if (event.edge === "begin") {
    return { lines: [], said: { ...said, stepsBegun: { ...said.stepsBegun, [key]: event.at } } };
  }
  const begun = said.stepsBegun[key];
  const after = begun === undefined ? "" : ` after ${seconds(event.at - begun)}`;
  const evidence = event.evidence === null ? "" : ` (${event.evidence})`;
  return { lines: [`${event.instance}: ${STEP_ENDED[event.step]}${after}${evidence}`], said };
}

export function waitText({ instance, slot, what }: Wait): string {
  return `${instance}${slot === null ? "" : `/${slot}`}: ${what}`;
}

/** `  3.1 s  line`: time since the run began, aligned. */
export function timed(line: string, sinceMs: Milliseconds): string {
  return `${seconds(sinceMs).padStart(8)}  ${line}\n`;
}
