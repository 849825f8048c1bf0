import type { InstanceId, ReleaseName } from "../fleet/ids.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { Failure, Memory } from "./memory.ts";
import type { InstanceSituation, Situation, SlotSituation } from "./situation.ts";
import { isDrained } from "./slots.ts";

/** What failed so far in this run, and what did just now. */
export function failures(situation: Situation): Memory["failed"] {
  const { memory } = situation;
  const entries = situation.instances.flatMap((instance): [InstanceId, Failure][] => {
    const earlier = memory.failed[instance.goal.id];
    const seen =
      earlier === undefined ? failureOf(instance, situation) : failureOfReturn(instance, situation, earlier);
    return seen === null ? [] : [[instance.goal.id, seen]];
  });
  return { ...memory.failed, ...Object.fromEntries(entries) };
}

/** The new release failed here: the host says so, its process exited, or it joined and was lost again. */
function failureOf(instance: InstanceSituation, situation: Situation): Failure | null {
  const { goal, memory } = situation;
  const wanted = instance.goal.release;
  if (wanted === null) return null;
  const generation = generationOf(situation);
  const hopeless = memory.before[instance.goal.id] === wanted;
  for (const slot of instance.slots) {
    if (slot.failure !== null && slot.failure.by === goal.token && slot.failure.release === wanted)
      return { why: slot.failure.why, log: slot.failure.log, beyondRepair: hopeless };
    const why =
      (slot.orderedBy === goal.token ? exitOf(slot, wanted) : null) ??
      lossOf(slot, wanted, memory.joined[slot.key], generation);
    if (why !== null) return { why, log: slot.failure?.log ?? [], beyondRepair: hopeless };
  }
  return null;
}

/** It passed its health path once and exited since, whether or not the host has started it again. */
function exitOf({ content }: SlotSituation, wanted: ReleaseName): string | null {
  if (content?.kind === "exited" && content.release === wanted) return content.why;
  if (content?.kind !== "running" || content.release !== wanted || content.restarts === 0) return null;
  return "exited and was started again";
}

/** It was in rotation and is not any more, although nobody drained it and the balancer is the same. */
function lossOf(
  slot: SlotSituation,
  wanted: ReleaseName,
  joined: Memory["joined"][SlotKey] | undefined,
  generation: string | null,
): string | null {
  const { content } = slot;
  if (joined === undefined || joined.generation !== generation || content === null || isDrained(slot))
    return null;
  if (content.kind !== "running" || content.release !== wanted || content.run !== joined.run) return null;
  return slot.reach.kind === "out" ? "was in rotation, then failed its health checks" : null;
}

/** Going back failed as well: the host could not start what ran before. */
function failureOfReturn(
  instance: InstanceSituation,
  { goal, memory }: Situation,
  earlier: Failure,
): Failure {
  const before = memory.before[instance.goal.id] ?? null;
  const failure = instance.slots.find(
    (slot) => slot.failure?.by === goal.token && slot.failure.release === before,
  );
  if (failure?.failure == null || earlier.beyondRepair) return earlier;
  const why = `${earlier.why}; going back to ${before} failed too: ${failure.failure.why}`;
  return { why, log: failure.failure.log, beyondRepair: true };
}

/**
 * Which processes the balancers are: after a restart they start from nothing, and an absence proves nothing. null where
 * one of them could not be asked.
 */
export function generationOf({ balancers }: Situation): string | null {
  if (balancers.some((fact) => fact.kind === "unknown")) return null;
  return balancers
    .flatMap((fact) => (fact.kind === "known" ? fact.value : []))
    .map((node) => `${node.balancer}/${node.node}=${node.generation}`)
    .join(" ");
}
