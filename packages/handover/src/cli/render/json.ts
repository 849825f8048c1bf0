import type { Milliseconds } from "../../fleet/time.ts";
import { wallTime } from "../../proof/report/wall-time.ts";
import type { CliEvent, View } from "./cli-event.ts";
import type { Screen } from "./screen.ts";

/** One object a line on `stdout`, each with `kind` and `at`; the last of a run is its report. Prose is left out. */
export function jsonView(stdout: Screen, wallOffsetMs: Milliseconds): View {
  let open = true;
  return {
    emit(event) {
      const line = open ? jsonLine(event, wallOffsetMs) : null;
      if (line !== null) stdout.write(`${JSON.stringify(line)}\n`);
    },
    close() {
      open = false;
    },
  };
}

/** An event as `--json` shows it; null: it is not shown. */
export function jsonLine(event: CliEvent, wallOffsetMs: Milliseconds): object | null {
  const at = wallTime(event.at, wallOffsetMs);
  switch (event.kind) {
    case "plan":
      return { kind: "plan", at, ...event.plan };
    case "fleet": {
      const { floor, inRotation, instances } = event;
      return { kind: "rotation", at, floor, inRotation, instances };
    }
    case "action":
    case "step":
      return { ...event, at };
    case "wait":
      return {
        kind: "wait",
        at,
        waits: event.waits.map(({ until, ...wait }) => ({
          ...wait,
          until: until === null ? null : wallTime(until, wallOffsetMs),
        })),
      };
    case "probe": {
      const { sent, failed, latency, gap, inFlight, lastWhy } = event.sample;
      const gapMs = gap === null ? 0 : Math.round((gap.to - gap.from) * 10) / 10;
      return { kind: "probe", at, sent, failed, ...latency, gapMs, inFlight, lastWhy };
    }
    case "error": {
      const { code, message, place, next } = event.error;
      return { kind: "error", at, code, message, ...place, next };
    }
    case "report":
      return event.report;
    case "note":
    case "ended":
      return null;
  }
}
