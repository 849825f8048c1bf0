import type { ReleaseName } from "../fleet/ids.ts";
import type { GoalInstance } from "./goal.ts";
import { windsDown, type Memory } from "./memory.ts";
import type { SlotSituation } from "./situation.ts";
import { carries, isDrained, isLive, mayReceive } from "./slots.ts";

/**
 * The release that an instance should run now. Usually the goal's; what it ran before, once it failed, once the run
 * rolls back, or once the run winds down and the new one has not begun (or, interrupted, is not needed yet: the old one
 * serves, and nobody has begun to take it out for a new one that was proven).
 */
export function targetOf(
  memory: Memory,
  instance: GoalInstance,
  slots: readonly SlotSituation[],
): ReleaseName | null {
  const before = memory.before[instance.id];
  if (before === undefined || !windsDown(memory)) return instance.release;
  if (memory.failed[instance.id] !== undefined || memory.rollsBack) return before;
  const began = slots.some((slot) => carries(slot, instance.release));
  if (!began) return before;
  const oldServes = slots.some(
    (slot) => isLive(slot) && !carries(slot, instance.release) && mayReceive(slot) && !isDrained(slot),
  );
  return memory.interrupted && oldServes ? before : instance.release;
}
