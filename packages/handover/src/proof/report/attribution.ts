import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import type { MeasuredFailure } from "../measurement.ts";
import { floorHeld, promisedFrom, type RotationStep } from "./rotation-history.ts";

/** The seconds ahead of the first action whose failures show what was wrong already. */
const BEFORE_MS: Milliseconds = 10_000;
/** A control connection failed at the same moment: within this, either way. */
const SAME_MOMENT_MS: Milliseconds = 1_000;

/** Whose failure it is: the deploy's (`counted`), of what was there `before` it, or of our own `network`. */
export type Attribution = "counted" | "before" | "network";

export interface AttributionFacts {
  readonly firstActionAt: Instant | null;
  readonly floor: number;
  readonly rotation: readonly RotationStep[];
  /** When a connection to a host or balancer failed. Empty where all is on this machine: no network, no excuse. */
  readonly controlLostAt: readonly Instant[];
}

export interface Attributed {
  readonly counted: readonly MeasuredFailure[];
  readonly before: number;
  readonly network: number;
}

/** Which of the failures count against the deploy. In doubt they do. */
export function attribute(failures: readonly MeasuredFailure[], facts: AttributionFacts): Attributed {
  const counted: MeasuredFailure[] = [];
  const elsewhere = { before: 0, network: 0 };
  const known = knownBefore(failures, facts.firstActionAt);
  for (const failure of failures) {
    const whose = attributionOf(failure, known, facts);
    if (whose === "counted") counted.push(failure);
    else elsewhere[whose] += failure.count;
  }
  return { counted, ...elsewhere };
}

function attributionOf(
  failure: MeasuredFailure,
  known: ReadonlyMap<string, Instant>,
  facts: AttributionFacts,
): Attribution {
  if (facts.firstActionAt === null || failure.at < facts.firstActionAt) return "before";
  if (failure.sentAt < promisedFrom(facts.rotation, facts.floor)) return "before";
  const lastBefore = known.get(failure.why);
  if (lastBefore !== undefined && !floorHeld(facts.rotation, facts.floor, lastBefore, failure.sentAt)) {
    return "before";
  }
  return unanswered(failure) && facts.controlLostAt.some((at) => isNear(failure, at)) ? "network" : "counted";
}

/** For each kind of failure in the seconds ahead of the first action, when it was last seen there. */
function knownBefore(
  failures: readonly MeasuredFailure[],
  firstActionAt: Instant | null,
): ReadonlyMap<string, Instant> {
  const known = new Map<string, Instant>();
  if (firstActionAt === null) return known;
  for (const { at, why } of failures) {
    if (at < firstActionAt && at >= firstActionAt - BEFORE_MS) known.set(why, at);
  }
  return known;
}

/** An answer, whatever its status, went through the network. */
function unanswered(failure: MeasuredFailure): boolean {
  return !failure.why.startsWith("status ");
}

/** The connection was lost while the request was under way, or just before or after. */
function isNear(failure: MeasuredFailure, lostAt: Instant): boolean {
  return lostAt >= failure.sentAt - SAME_MOMENT_MS && lostAt <= failure.at + SAME_MOMENT_MS;
}

/** When requests of ours to a host had an unclear outcome: the connection broke under them. */
export function controlLostIn(events: readonly RolloutEvent[]): readonly Instant[] {
  return events.flatMap((event) =>
    event.kind === "action" && event.outcome === "unclear" ? [event.at] : [],
  );
}
