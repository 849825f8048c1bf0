import { partsOf, type SlotKey } from "../fleet/instance.ts";
import type { ReleaseName } from "../fleet/ids.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";
import type { Goal, GoalInstance } from "../rollout/goal.ts";
import { isDrainHeld, isReady, isSentWork, isWorker } from "./slot-truth.ts";
import type { Effect, SimulatedSlot, World } from "./world.ts";

/** What is true of instances and the fleet now: what invariants and judgements ask. */

/** Some slot of it is sent work, and has been for so long. */
export function isServing(world: World, instance: GoalInstance, forMs: Milliseconds = 0): boolean {
  return keysOf(instance).some((key) => {
    const slot = slotAt(world, key);
    return (
      slot.process !== null && isSentWork(world, slot) && world.clock.now() - sentSince(world, slot) >= forMs
    );
  });
}

function sentSince(world: World, slot: SimulatedSlot): Instant {
  const views = world.nodes.flatMap((node) => node.views.get(slot.key) ?? []).filter((view) => view.in);
  return views.length === 0 ? slot.since : Math.min(...views.map((view) => view.since));
}

export function isProven(world: World, goal: Goal, key: SlotKey): boolean {
  const now = world.clock.now();
  const slot = slotAt(world, key);
  if (isWorker(world, slot)) return isSentWork(world, slot) && now - slot.since >= goal.minHealthyTimeMs;
  return world.nodes.every((node) => {
    const view = node.views.get(key);
    return view !== undefined && view.in && now - view.since >= goal.minHealthyTimeMs;
  });
}

export function releaseAt(world: World, key: SlotKey | null): ReleaseName | null {
  const slot = key === null ? undefined : world.slots.get(key);
  return slot?.process?.release ?? null;
}

export function keysOf(instance: GoalInstance): readonly SlotKey[] {
  return instance.slots.map((slot): SlotKey => `${instance.id}/${slot}`);
}

export function configured(goal: Goal): readonly GoalInstance[] {
  return goal.instances.filter((instance) => instance.release !== null);
}

export type IsIn = (key: SlotKey) => boolean;

/** Who is in rotation, once for each node of the balancers; for a worker, which works. */
export function viewsOf(world: World, slot: SimulatedSlot): readonly IsIn[] {
  if (isWorker(world, slot)) return [(key) => isReady(slotAt(world, key), world.clock.now())];
  return world.nodes.map((node) => (key) => node.views.get(key)?.in === true);
}

/** Configured instances of the slot's kind with a slot that is in. */
export function countIn(world: World, goal: Goal, slot: SimulatedSlot, isIn: IsIn): number {
  const worker = isWorker(world, slot);
  return configured(goal).filter((instance) => instance.balanced !== worker && keysOf(instance).some(isIn))
    .length;
}

export function isHeld(world: World, key: SlotKey): boolean {
  const slot = world.slots.get(key);
  return slot !== undefined && isDrainHeld(world, slot);
}

export function slotAt(world: World, key: SlotKey): SimulatedSlot {
  const slot = world.slots.get(key);
  if (slot === undefined) throw new RangeError(`no slot ${key}`);
  return slot;
}

export function slotOf(world: World, effect: Effect): SimulatedSlot | null {
  return effect.slot === null ? null : (world.slots.get(effect.slot) ?? null);
}

export function instanceOf(goal: Goal, key: SlotKey): GoalInstance | undefined {
  return goal.instances.find((instance) => instance.id === partsOf(key).instance);
}
