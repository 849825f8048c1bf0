import type { Instant } from "../fleet/time.ts";
import type { SimulatedSlot, World } from "./world.ts";

/** What is true of one slot now, whatever anybody believes of it. */

/** Whether the process answers requests now. */
export function isReady(slot: SimulatedSlot, now: Instant): boolean {
  const { process } = slot;
  if (process === null || process.readyAt === null || slot.kind === "stopping") return false;
  return process.readyAt <= now;
}

/** Whether it would pass a health check now. */
export function passesHealth(world: World, slot: SimulatedSlot): boolean {
  const now = world.clock.now();
  if (!isReady(slot, now) || slot.process === null || slot.process.readyAt === null) return false;
  const { unhealthyAfterMs } = world.settings.behaviour(slot.process.release);
  if (unhealthyAfterMs !== undefined && now >= slot.process.readyAt + unhealthyAfterMs) return false;
  return !(world.settings.drainVia === "service" && isDrainHeld(world, slot));
}

export function isDrainHeld(world: World, slot: SimulatedSlot): boolean {
  const { drain, process } = slot;
  if (drain === null || drain.endsAt <= world.clock.now()) return false;
  return drain.of === null || drain.of === process?.run;
}

/** A balancer that is told knows every slot; a service answers only once it listens. */
export function canBeAsked(world: World, slot: SimulatedSlot): boolean {
  if (world.settings.drainVia === "told" && !isWorker(world, slot)) return true;
  return slot.process !== null && slot.process.readyAt !== null;
}

/** No balancer knows it: it takes work by itself for as long as it is ready and not drained. */
export function isWorker(world: World, slot: SimulatedSlot): boolean {
  return world.nodes.every((node) => !node.views.has(slot.key));
}

/** Some balancer node sends it requests, or it is a worker that takes work. */
export function isSentWork(world: World, slot: SimulatedSlot): boolean {
  if (isWorker(world, slot)) return isReady(slot, world.clock.now()) && !isDrainHeld(world, slot);
  return world.nodes.some((node) => node.views.get(slot.key)?.in === true);
}

/** Requests under way: some while it is sent any; then one, from when the last arrived until the longest has ended. */
export function inFlightOf(world: World, slot: SimulatedSlot): number {
  if (slot.process === null) return 0;
  if (isSentWork(world, slot)) return 3;
  const { lateMs = 0, requestMs } = world.settings;
  const sinceMs = world.clock.now() - slot.lastRequestAt;
  return sinceMs >= lateMs && sinceMs < lateMs + requestMs ? 1 : 0;
}
