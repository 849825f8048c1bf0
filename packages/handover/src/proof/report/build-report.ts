import type { ReleaseName } from "../../fleet/ids.ts";
import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { Halt } from "../../rollout/decision.ts";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import type { Measurement } from "../measurement.ts";
import type { Prediction, Report, ReportCut } from "./report.ts";
import { reportInstances, type ReportedInstance } from "./report-instances.ts";
import { reportRequests } from "./report-requests.ts";
import { reportWaits } from "./report-waits.ts";
import { fewestInRotation, firstActionAt, promisedFrom, rotationHistory } from "./rotation-history.ts";
import { wallTime } from "./wall-time.ts";

export interface ReportFacts {
  readonly service: string;
  readonly environment: string;
  /** What the service ran before, as a whole; null: nothing. */
  readonly from: ReleaseName | null;
  readonly to: ReleaseName;
  readonly floor: number;
  readonly predicted: Prediction | null;
  readonly instances: readonly ReportedInstance[];
}

export interface ReportInput {
  readonly facts: ReportFacts;
  /** Everything that the loop told, in order. */
  readonly events: readonly RolloutEvent[];
  /** null: nothing was probed. */
  readonly probe: Measurement | null;
  /** Wall time minus the run's clock. */
  readonly wallOffsetMs: Milliseconds;
  /** When a control connection failed, see `controlLostIn`; empty where all is on this machine. */
  readonly controlLostAt: readonly Instant[];
}

/** What happened, as a value: everything that is shown of a run afterwards is made from this. */
export function buildReport(input: ReportInput): Report {
  const { facts, events, probe, wallOffsetMs } = input;
  const ended = events.findLast((event) => event.kind === "ended");
  const startedAt = events[0]?.at ?? 0;
  const endedAt = ended?.at ?? events.at(-1)?.at ?? startedAt;
  const halt = ended === undefined ? brokenOff : ended.halt;
  const history = rotationHistory(events);
  const actedAt = firstActionAt(events);
  const promised = promisedFrom(history, facts.floor);
  const cuts = reportCuts(events, wallOffsetMs);
  return {
    kind: "report",
    at: wallTime(endedAt, wallOffsetMs),
    outcome: outcomeOf(halt),
    service: facts.service,
    environment: facts.environment,
    from: facts.from,
    to: facts.to,
    startedAt: wallTime(startedAt, wallOffsetMs),
    durationMs: Math.round(endedAt - startedAt),
    requests: reportRequests({
      probe,
      cut: cuts.reduce((sum, { requests }) => sum + requests, 0),
      promisedFrom: promised,
      attribution: {
        firstActionAt: actedAt,
        floor: facts.floor,
        rotation: history,
        controlLostAt: input.controlLostAt,
      },
      wallOffsetMs,
    }),
    rotation: {
      floor: facts.floor,
      minimum: fewestInRotation(history, Math.max(promised, actedAt ?? startedAt)),
      overTime: history.map(({ at, inRotation }) => [Math.round(at - startedAt), inRotation] as const),
    },
    predicted: facts.predicted,
    instances: reportInstances(events, facts.instances, endedAt, wallOffsetMs),
    waits: reportWaits(events, endedAt, wallOffsetMs),
    cuts,
    halt,
  };
}

/** The loop never told how it ended. */
const brokenOff: Halt = {
  kind: "lost",
  instance: null,
  why: "the run broke off before it could say how it ended",
  log: [],
};

function outcomeOf(halt: Halt | null): Report["outcome"] {
  if (halt === null) return "done";
  switch (halt.kind) {
    case "refused":
      return "refused";
    case "interrupted":
      return "interrupted";
    case "failed":
    case "lost":
      return "halted";
  }
}

/** What each stop cut off; one that was asked for again, because its outcome was unclear, counts once. */
function reportCuts(events: readonly RolloutEvent[], wallOffsetMs: Milliseconds): readonly ReportCut[] {
  const cuts = new Map<string, ReportCut>();
  for (const event of events) {
    if (event.kind !== "action" || (event.action.kind !== "stop" && event.action.kind !== "swap")) continue;
    const { instance, slot, run, cut } = event.action;
    if (cut === 0) continue;
    cuts.set(`${instance}/${slot} ${run ?? ""}`, {
      instance,
      at: wallTime(event.at, wallOffsetMs),
      requests: cut,
    });
  }
  return [...cuts.values()];
}
