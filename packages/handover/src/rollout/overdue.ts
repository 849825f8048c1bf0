import type { Milliseconds } from "../fleet/time.ts";
import type { Memory } from "./memory.ts";
import { isAtHand } from "./phase.ts";
import type { Situation } from "./situation.ts";
import { BLIND_LIMIT_MS } from "./deadlines.ts";

/** Some fact that a rule needs cannot be read. */
export function isBlind({ lease, balancers, instances }: Situation): boolean {
  const unreadable = balancers.some((fact) => fact.kind === "unknown") || lease.kind === "unknown";
  return unreadable || instances.some((instance) => instance.phase === "hidden");
}

/** Deadlines of the run as a whole: every wait ends, by a failure or by giving up. */
export function overdue(memory: Memory, situation: Situation): Memory {
  const { goal, now } = situation;
  if (memory.lost !== null) return memory;
  if (memory.blindSince !== null && now - memory.blindSince > BLIND_LIMIT_MS)
    return {
      ...memory,
      lost: { why: `nothing could be read for ${seconds(BLIND_LIMIT_MS)}: ${unread(situation)}`, at: now },
    };
  if (now - memory.progressAt <= goal.progressDeadlineMs) return memory;
  const stuck = situation.instances.filter(
    ({ phase, target, goal: { id, release } }) =>
      isAtHand(phase) && target === release && memory.failed[id] === undefined,
  );
  if (stuck.length === 0)
    return { ...memory, lost: { why: `no progress for ${seconds(goal.progressDeadlineMs)}`, at: now } };
  const why = `did not become healthy within ${seconds(goal.progressDeadlineMs)}`;
  const failed = stuck.map(({ goal: { id, release } }) => {
    const beyondRepair = memory.before[id] === release;
    return [id, { why, log: [], beyondRepair }] as const;
  });
  return { ...memory, progressAt: now, failed: { ...memory.failed, ...Object.fromEntries(failed) } };
}

function unread({ lease, balancers, instances }: Situation): string {
  const reasons = balancers.flatMap((fact) =>
    fact.kind === "unknown" ? [`the load balancer (${fact.why})`] : [],
  );
  if (lease.kind === "unknown") reasons.push(`the lease (${lease.why})`);
  const hidden = instances
    .filter((instance) => instance.phase === "hidden")
    .map((instance) => instance.goal.id);
  return [...reasons, ...hidden].join(", ");
}

function seconds(ms: Milliseconds): string {
  return `${ms / 1000} s`;
}
