import { partsOf } from "../fleet/instance.ts";
import { isServing, releaseAt, type Violation } from "./invariants.ts";
import { goalOf, NEW, OLD, type Scenario } from "./scenario.ts";
import type { Simulated } from "./simulate.ts";
import { isDrainHeld, type World } from "./world.ts";
import { leaseToken } from "../fleet/ids.ts";

/** What must be true when a run is over, however it ended. Judged after {@link settle} where leases have to end first. */
export function judge(scenario: Scenario, simulated: Simulated): readonly Violation[] {
  const judged = [
    everyRunEnds,
    nothingStaysDrained,
    everythingServes,
    oneEach,
    failuresAreTold,
    olderIsRefused,
    goodConverges,
  ];
  return [
    ...simulated.violations,
    ...judged.flatMap((invariant) => {
      const detail = invariant(scenario, simulated);
      return detail === null ? [] : [{ at: simulated.endedAt, invariant: invariant.name, detail }];
    }),
  ];
}

type Judgement = (scenario: Scenario, simulated: Simulated) => string | null;

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
  const lost = goalOf(scenario, leaseToken("")).instances.filter(
    (instance, index) => scenario.instances[index] === "old" && !isServing(world, instance),
  );
  return lost.length === 0
    ? null
    : `${lost.map((instance) => instance.id).join(", ")} served and does not any more`;
};

/** An instance runs at most one process, except where a killed deployer or a lost lease left a switch half way. */
const oneEach: Judgement = (scenario, { world }) => {
  if (!isQuiet(scenario)) return null;
  const twice = twins(world);
  return twice.length === 0 ? null : `${twice.join(", ")} runs twice`;
};

/** A release that fails is never called done, and those not begun yet are untouched. */
const failuresAreTold: Judgement = (scenario, { world, runs }) => {
  const [first] = runs;
  if (!isQuiet(scenario) || isGood(scenario) || first === undefined || first === null) return null;
  if (scenario.olderWanted) return null;
  const allNew = scenario.instances.every((content) => content === "new");
  if (first.halt?.kind !== "failed" && !allNew) return "a failing release was called done";
  const olds = scenario.instances.filter((content) => content === "old").length;
  const running = [...world.slots.values()].filter((slot) => releaseAt(world, slot.key) === OLD).length;
  return running < olds ? `${olds} ran the old release, ${running} do now` : null;
};

/** An older commit does not replace a newer one. */
const olderIsRefused: Judgement = (scenario, { world, runs }) => {
  if (!scenario.olderWanted || !scenario.instances.includes("old") || has(scenario, "kill")) return null;
  if (scenario.faults.length > 0) return null;
  const changed = scenario.instances.findIndex((content, index) => {
    const now = releaseAt(world, `api-${index + 1}/a`);
    return (content === "old" && now !== OLD) || (content === "empty" && now !== null);
  });
  if (changed >= 0) return `api-${changed + 1} was changed`;
  return runs[0]?.halt?.kind === "refused" ? null : "an older release was not refused";
};

/** A good release in a quiet world arrives everywhere, also after the deployer was killed anywhere and run again. */
const goodConverges: Judgement = (scenario, { world, runs }) => {
  if (!isQuiet(scenario) || !isGood(scenario) || scenario.olderWanted || scenario.cuts.length > 0)
    return null;
  const last = runs.at(-1);
  if (last === undefined || last === null) return null;
  if (last.halt !== null) return `a good release was not rolled out: ${last.halt.why}`;
  const running = [...world.slots.values()].filter((slot) => releaseAt(world, slot.key) === NEW).length;
  return running === scenario.instances.length
    ? null
    : `${running} of ${scenario.instances.length} run the new release`;
};

/** No fault but a killed deployer, and no release that fails only after it was proven: nothing may explain a loss. */
function isQuiet(scenario: Scenario): boolean {
  return scenario.faults.every((fault) => fault.kind === "kill") && !failsLate(scenario);
}

/** It may have proven itself before it fails: nobody can tell beforehand. */
function failsLate({ new: behaviour, minHealthyTimeMs, health }: Scenario): boolean {
  const { exitsAfterMs, unhealthyAfterMs, startUpMs } = behaviour;
  const noticedMs = health.unhealthyThreshold * (health.intervalMs + health.timeoutMs) + health.intervalMs;
  const exitsLate = exitsAfterMs !== undefined && exitsAfterMs >= startUpMs + minHealthyTimeMs;
  return exitsLate || (unhealthyAfterMs !== undefined && unhealthyAfterMs + noticedMs >= minHealthyTimeMs);
}

function isGood(scenario: Scenario): boolean {
  const { exitsAfterMs, neverHealthy, unhealthyAfterMs, startUpMs } = scenario.new;
  const starts = neverHealthy !== true && startUpMs < scenario.startDeadlineMs;
  return starts && exitsAfterMs === undefined && unhealthyAfterMs === undefined;
}

function has(scenario: Scenario, kind: Scenario["faults"][number]["kind"]): boolean {
  return scenario.faults.some((fault) => fault.kind === kind);
}

function twins(world: World): readonly string[] {
  const running = [...world.slots.values()].filter((slot) => slot.process !== null);
  const ids = running.map((slot) => partsOf(slot.key).instance);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}
