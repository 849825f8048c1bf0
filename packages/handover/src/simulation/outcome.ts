import { slowestWayOut } from "../health/bounds.ts";
import { instancesOf, NEW, OLD, placedAt, wantedAt, type Scenario } from "./scenario.ts";
import type { Simulated } from "./simulate.ts";
import { isServing, keysOf, releaseAt } from "./fleet-truth.ts";
import type { Violation } from "./invariants.ts";
import { isDrainHeld } from "./slot-truth.ts";

/** What must be true when all runs are over, however they ended. Judged after `settle` where leases have to end first. */
export function judge(scenario: Scenario, simulated: Simulated): readonly Violation[] {
  return [
    ...simulated.violations,
    ...Object.entries(JUDGEMENTS).flatMap(([invariant, judgement]) => {
      const detail = judgement(scenario, simulated);
      return detail === null ? [] : [{ at: simulated.endedAt, invariant, detail }];
    }),
  ];
}

export type Judgement = (scenario: Scenario, simulated: Simulated) => string | null;

/** Every run comes to an end by itself. */
const everyRunEnds: Judgement = (_, { runs }) => (runs.at(-1) === null ? "the last run did not end" : null);

/** No exit leaves an instance drained. */
const nothingStaysDrained: Judgement = (scenario, { world, runs }) => {
  if (has(scenario, "operator drains") || has(scenario, "lease stolen") || runs.at(-1) === null) return null;
  const drained = [...world.slots.values()].find((slot) => slot.process !== null && isDrainHeld(world, slot));
  return drained === undefined ? null : `${drained.key} stays drained`;
};

/** Every instance that was serving is serving again, unless a fault alone explains it. */
const everythingServes: Judgement = (scenario, { world }) => {
  if (!isQuiet(scenario)) return null;
  const lost = instancesOf(scenario).filter((instance, index) => {
    const place = scenario.instances[index];
    return place !== "new" && place !== "empty" && place !== "surplus" && !isServing(world, instance);
  });
  return lost.length === 0
    ? null
    : `${lost.map((instance) => instance.id).join(", ")} served and does not any more`;
};

/** When a run has ended by itself, every instance has at most one process. */
const oneEach: Judgement = (scenario, { world }) => {
  if (!isQuiet(scenario)) return null;
  const twice = instancesOf(scenario).filter(
    (instance) => keysOf(instance).filter((key) => releaseAt(world, key) !== null).length > 1,
  );
  return twice.length === 0 ? null : `${twice.map((instance) => instance.id).join(", ")} runs twice`;
};

/** A release that fails is never called done, and the old one still runs wherever it ran. */
const failuresAreTold: Judgement = (scenario, { world, runs: [first] }) => {
  if (!isQuiet(scenario) || isGood(scenario) || scenario.olderWanted || first === undefined || first === null)
    return null;
  const isNeeded = scenario.instances.some((place) => wantedAt(place) === NEW && place !== "new");
  if (isNeeded && first.halt?.kind !== "failed" && first.halt?.kind !== "interrupted")
    return "a failing release was called done";
  const lost = instancesOf(scenario).filter((instance, index) => {
    const place = scenario.instances[index] ?? "empty";
    const ranOld = placedAt(place) === OLD && place !== "surplus";
    return ranOld && keysOf(instance).every((key) => releaseAt(world, key) !== OLD);
  });
  return lost.length === 0 ? null : `${lost.map(({ id }) => id).join(", ")} lost the old release`;
};

/** The first failure halts: a release that never comes up is tried at no more than `maxUnavailable` that served. */
const failureStaysSmall: Judgement = (scenario, { effects, runs }) => {
  if (!isQuiet(scenario) || !neverComesUp(scenario)) return null;
  const touched = instancesOf(scenario).filter((instance, index) => {
    const place = scenario.instances[index];
    if (place !== "old" && place !== "worker") return false;
    return effects.some(({ by, slot }) => by === "order" && keysOf(instance).some((key) => key === slot));
  });
  return touched.length <= scenario.maxUnavailable * runs.length
    ? null
    : `${touched.map(({ id }) => id).join(", ")} were touched`;
};

/** Nobody is taken out again and again: a run drains a process once, and once more where a failure sends it back. */
const nobodyFlaps: Judgement = (scenario, { effects, runs }) => {
  if (!isQuiet(scenario)) return null;
  const drained = effects.filter(({ by, what }) => by === "order" && what === "drain").map(({ run }) => run);
  const limit = runs.length * (isGood(scenario) ? 1 : 2);
  const often = drained.find((run) => drained.filter((other) => other === run).length > limit);
  return often === undefined ? null : `${often} was drained again and again`;
};

/** An older commit does not replace a newer one. */
const olderIsRefused: Judgement = (scenario, { effects, runs }) => {
  const runsNewer = scenario.instances.some((place) => wantedAt(place) === NEW && placedAt(place) === OLD);
  if (!scenario.olderWanted || !runsNewer) return null;
  const order = effects.find(({ by }) => by === "order");
  if (order !== undefined) return `${order.what} of ${order.slot}`;
  if (scenario.faults.length > 0 || runs[0]?.halt?.kind === "refused") return null;
  return "an older release was not refused";
};

/** A good release in a quiet world arrives everywhere, also after the deployer was killed anywhere and run again. */
const goodConverges: Judgement = (scenario, { world, runs }) => {
  if (!isQuiet(scenario) || !isGood(scenario) || scenario.olderWanted || scenario.cuts.length > 0)
    return null;
  const last = runs.at(-1);
  if (last === undefined || last === null || has(scenario, "interrupt")) return null;
  if (last.halt !== null) return `a good release was not rolled out: ${last.halt.why}`;
  const wrong = instancesOf(scenario).filter((instance) => {
    const runs = keysOf(instance).flatMap((key) => releaseAt(world, key) ?? []);
    return instance.release === null ? runs.length > 0 : runs.length !== 1 || runs[0] !== instance.release;
  });
  return wrong.length === 0 ? null : `${wrong.map(({ id }) => id).join(", ")} does not run what it should`;
};

export const JUDGEMENTS: Readonly<Record<string, Judgement>> = {
  everyRunEnds,
  nothingStaysDrained,
  everythingServes,
  oneEach,
  failuresAreTold,
  failureStaysSmall,
  nobodyFlaps,
  olderIsRefused,
  goodConverges,
};

const QUIET: readonly string[] = ["kill", "interrupt", "second deployer"];

/** Nothing but deployers that come and go, and no release that fails only after it was proven: nothing may explain a loss. */
function isQuiet(scenario: Scenario): boolean {
  return scenario.faults.every(({ kind }) => QUIET.includes(kind)) && !failsLate(scenario);
}

/** It may have proven itself before it fails, or as a worker, whose health nobody asks once it has come up. */
function failsLate({ new: behaviour, minHealthyTimeMs, health, instances }: Scenario): boolean {
  const { exitsAfterMs, unhealthyAfterMs, startUpMs } = behaviour;
  const exitsLate = exitsAfterMs !== undefined && exitsAfterMs >= startUpMs + minHealthyTimeMs;
  if (unhealthyAfterMs === undefined) return exitsLate;
  return unhealthyAfterMs + slowestWayOut(health) >= minHealthyTimeMs || instances.includes("worker");
}

function isGood(scenario: Scenario): boolean {
  const { exitsAfterMs, unhealthyAfterMs } = scenario.new;
  return !neverComesUp(scenario) && exitsAfterMs === undefined && unhealthyAfterMs === undefined;
}

function neverComesUp({
  new: { neverHealthy, exitsAfterMs, startUpMs },
  startDeadlineMs,
}: Scenario): boolean {
  return neverHealthy === true || startUpMs >= startDeadlineMs || (exitsAfterMs ?? Infinity) <= startUpMs;
}

function has(scenario: Scenario, kind: Scenario["faults"][number]["kind"]): boolean {
  return scenario.faults.some((fault) => fault.kind === kind);
}
