import type { InstanceId, ReleaseName } from "../fleet/ids.ts";
import type { Observed } from "../fleet/observed.ts";
import type { Instant } from "../fleet/time.ts";
import { failures, generationOf } from "./failures.ts";
import type { Goal } from "./goal.ts";
import type { Memory } from "./memory.ts";
import { isBlind, overdue } from "./overdue.ts";
import { serves } from "./phase.ts";
import { assess, type InstanceSituation, type Situation } from "./situation.ts";
import { carries, isDrained, isLive, releaseOf } from "./slots.ts";

/** Folds one observation into the memory: the only place where the past becomes knowledge. */
export function remember(memory: Memory, goal: Goal, observed: Observed, now: Instant): Memory {
  const withBefore = { ...memory, before: firstSeen(memory, assess(goal, observed, memory, now)) };
  const situation = assess(goal, observed, withBefore, now);
  const failed = failures(situation);
  const settled = situation.instances.filter((instance) => instance.phase === "settled").length;
  const newFailure = Object.keys(failed).length > Object.keys(memory.failed).length;
  const next: Memory = {
    ...withBefore,
    begun: begun(situation),
    failed,
    rollsBack: memory.rollsBack || beginsToRollBack(goal, memory, failed),
    joined: joined(situation),
    idleSince: idleSince(situation),
    settled: newFailure ? 0 : Math.max(settled, memory.settled),
    progressAt: newFailure || settled > memory.settled ? now : memory.progressAt,
    blindSince: isBlind(situation) ? (memory.blindSince ?? now) : null,
  };
  return overdue(next, situation);
}

/** The first failure does, unless the run is about to end for another reason: then only what failed goes back. */
function beginsToRollBack(goal: Goal, { interrupted, lost }: Memory, failed: Memory["failed"]): boolean {
  return goal.onFailure === "rollback" && !interrupted && lost === null && Object.keys(failed).length > 0;
}

/** What each instance ran when it could first be read: what serves counts, before what merely runs. */
function firstSeen(memory: Memory, situation: Situation): Memory["before"] {
  const entries = situation.instances.flatMap((instance): [InstanceId, ReleaseName | null][] => {
    if (memory.before[instance.goal.id] !== undefined || instance.phase === "hidden") return [];
    return [[instance.goal.id, ranBefore(instance, instance.goal.release)]];
  });
  return { ...memory.before, ...Object.fromEntries(entries) };
}

function ranBefore(instance: InstanceSituation, wanted: ReleaseName | null): ReleaseName | null {
  const [swap] = instance.slots.flatMap((slot) =>
    slot.content?.kind === "swapping" ? [slot.content.from] : [],
  );
  if (swap !== undefined) return swap;
  const own = instance.slots.find((slot) => releaseOf(slot.content) === wanted);
  const old = instance.slots.filter((slot) => slot.content?.kind !== "empty" && slot !== own);
  const serving = old.find((slot) => isLive(slot) && slot.reach.kind === "in");
  const ran = serving ?? old.find(isLive) ?? old[0];
  if (ran !== undefined) return releaseOf(ran.content);
  const replaced = instance.phase === "settled" ? null : (own?.previous ?? null);
  return replaced ?? releaseOf(own?.content ?? null);
}

/** Instances on their way, and whether they served when last seen untouched. */
function begun(situation: Situation): Memory["begun"] {
  const { memory } = situation;
  const entries = situation.instances.flatMap((instance): [InstanceId, { served: boolean }][] => {
    const { id } = instance.goal;
    if (memory.begun[id] !== undefined || instance.phase === "untouched" || instance.phase === "settled")
      return [];
    if (instance.phase === "hidden" || memory.before[id] === instance.goal.release) return [];
    const old = instance.slots.filter((slot) => !carries(slot, instance.target));
    return [[id, { served: serves(old) || old.some(isDrained) || instance.phase === "swap" }]];
  });
  return { ...memory.begun, ...Object.fromEntries(entries) };
}

/** Runs of the new release that are in rotation. A balancer that was restarted in between says nothing about them. */
function joined(situation: Situation): Memory["joined"] {
  const generation = generationOf(situation);
  if (generation === null) return situation.memory.joined;
  const kept = Object.entries(situation.memory.joined).filter(([, run]) => run.generation === generation);
  const seen = situation.instances.flatMap((instance) =>
    instance.slots.flatMap((slot) =>
      slot.content?.kind === "running" && slot.reach.kind === "in" && carries(slot, instance.goal.release)
        ? [[slot.key, { run: slot.content.run, generation }] as const]
        : [],
    ),
  );
  return { ...Object.fromEntries(seen), ...Object.fromEntries(kept) };
}

function idleSince(situation: Situation): Memory["idleSince"] {
  const idle = situation.instances
    .flatMap((instance) => instance.slots)
    .filter((slot) => slot.reach.kind === "out" && slot.inFlight === 0)
    .map((slot) => [slot.key, situation.memory.idleSince[slot.key] ?? situation.now] as const);
  return Object.fromEntries(idle);
}
