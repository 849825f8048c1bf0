import type { InstanceSituation, Situation } from "./situation.ts";

/**
 * This run has begun to change it and is not through with it, so the run cannot end yet. One that is out of sight counts
 * too: the last order may have taken effect. (One that was never in sight was never touched.)
 */
export function isOpen({ goal, phase }: InstanceSituation, { memory }: Situation): boolean {
  if (phase === "hidden") return memory.before[goal.id] !== undefined;
  const isTouched = memory.begun[goal.id] !== undefined || memory.failed[goal.id] !== undefined;
  return isTouched && phase !== "settled";
}
