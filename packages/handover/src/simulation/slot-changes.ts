import { runId, type RunId } from "../fleet/ids.ts";
import { afterCheck, afterRefusedConnection, type CheckRun } from "../health/check-run.ts";
import { canBeAsked, isDrainHeld, isSentWork, isWorker } from "./slot-truth.ts";
import type { SimulatedDrain, SimulatedSlot, World } from "./world.ts";

/** The few ways in which a slot, or what a balancer node believes of it, changes. */

/** Changes a slot and remembers since when; `nextRun` names the run of a new process. */
export function become(world: World, slot: SimulatedSlot, kind: SimulatedSlot["kind"]): void {
  slot.kind = kind;
  slot.since = world.clock.now();
}

export function nextRun(slot: SimulatedSlot): RunId {
  slot.runs += 1;
  return runId(`${slot.key}#${slot.runs}`);
}

/** One node's belief after a check or a word, with everything that depends on it. */
export function believe(world: World, nodeIndex: number, slot: SimulatedSlot, checks: CheckRun): void {
  const view = world.nodes[nodeIndex]?.views.get(slot.key);
  if (view === undefined) return;
  view.checks = checks;
  const drainedByWord = world.settings.drainVia === "told" && isDrainHeld(world, slot);
  const now = world.clock.now();
  const comesIn = checks.healthy && !drainedByWord;
  if (comesIn === view.in) return;
  view.in = comesIn;
  view.since = now;
  if (!comesIn) slot.lastRequestAt = now;
  world.watch({ by: "world", what: comesIn ? "in rotation" : "out of rotation", slot: slot.key });
}

export function checked(world: World, nodeIndex: number, slot: SimulatedSlot, passed: boolean): void {
  const view = world.nodes[nodeIndex]?.views.get(slot.key);
  if (view !== undefined)
    believe(world, nodeIndex, slot, afterCheck(view.checks, passed, world.settings.health));
}

/** Nothing listens there: no threshold is waited for. */
export function refused(world: World, nodeIndex: number, slot: SimulatedSlot): void {
  const view = world.nodes[nodeIndex]?.views.get(slot.key);
  if (view !== undefined) believe(world, nodeIndex, slot, afterRefusedConnection(view.checks));
}

/** Holds a drain where it is held in this world: told to the balancer, or by the process itself. Null where nobody answers. */
export function drained(
  world: World,
  slot: SimulatedSlot,
  drain: Pick<SimulatedDrain, "id" | "by" | "endsAt">,
): SimulatedDrain | null {
  if (!canBeAsked(world, slot)) return null;
  const isTold = world.settings.drainVia === "told" && !isWorker(world, slot);
  return {
    ...drain,
    since: world.clock.now(),
    served: isSentWork(world, slot),
    of: isTold ? null : (slot.process?.run ?? null),
  };
}
