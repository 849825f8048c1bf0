import type { LeaseToken, ReleaseName } from "../fleet/ids.ts";
import { unchecked } from "../health/check-run.ts";
import { become, believe, checked, nextRun, refused } from "./slot-changes.ts";
import { passesHealth } from "./slot-truth.ts";
import type { SimulatedProcess, SimulatedSlot, World } from "./world.ts";

/** What happens by itself in the simulated world: processes start and exit, balancers check. */

/** Starts the endless health checks of every balancer node. */
export function startChecks(world: World): void {
  world.settings.phasesMs.forEach((phaseMs, node) => {
    for (const slot of world.slots.values()) world.clock.after(phaseMs, () => check(world, node, slot));
  });
}

function check(world: World, node: number, slot: SimulatedSlot): void {
  const { intervalMs, timeoutMs } = world.settings.health;
  const { process } = slot;
  const answerMs = process === null ? 0 : (world.settings.behaviour(process.release).answerMs ?? 1);
  const generation = world.nodes[node]?.generation;
  world.clock.after(Math.min(answerMs, timeoutMs), () => {
    if (world.nodes[node]?.generation !== generation) return;
    if (slot.process?.readyAt == null) return refused(world, node, slot);
    return checked(world, node, slot, answerMs <= timeoutMs && passesHealth(world, slot));
  });
  world.clock.after(intervalMs, () => check(world, node, slot));
}

/** A process begins in the slot; the host judges it until its start deadline. `judged` is told the outcome. */
export function launch(
  world: World,
  slot: SimulatedSlot,
  release: ReleaseName,
  judged: (why: string | null) => void,
): void {
  const { clock, settings } = world;
  const behaviour = settings.behaviour(release);
  const process: SimulatedProcess = {
    release,
    run: nextRun(slot),
    startedAt: clock.now(),
    readyAt: null,
    restarts: 0,
  };
  slot.process = process;
  const isCurrent = (): boolean => slot.process === process;
  const { exitsAfterMs = Infinity, neverHealthy = false, startUpMs } = behaviour;
  const healthyAfterMs = neverHealthy || exitsAfterMs <= startUpMs ? Infinity : startUpMs;

  if (healthyAfterMs <= settings.startDeadlineMs) {
    clock.after(healthyAfterMs, () => {
      if (!isCurrent()) return;
      process.readyAt = clock.now();
      judged(null);
    });
  } else {
    clock.after(Math.min(exitsAfterMs, settings.startDeadlineMs), () => {
      if (!isCurrent()) return;
      slot.process = null;
      judged(exitsAfterMs < settings.startDeadlineMs ? "exited with status 1" : "did not answer in time");
    });
  }
  if (exitsAfterMs !== Infinity && exitsAfterMs > startUpMs)
    clock.after(exitsAfterMs, () => {
      if (isCurrent() && slot.kind === "running") crash(world, slot, "world");
    });
}

/** The process is gone at once; the host starts it again after a back-off. */
export function crash(world: World, slot: SimulatedSlot, by: "world" | "fault"): void {
  const { process } = slot;
  if (process === null || slot.kind !== "running") return;
  slot.process = null;
  slot.release = process.release;
  become(world, slot, "exited");
  world.watch({ by, what: "crash", slot: slot.key });
  world.clock.after(world.settings.backOffMs, () => {
    if (slot.kind !== "exited" || slot.release !== process.release) return;
    become(world, slot, "starting");
    launch(world, slot, process.release, (why) => {
      if (why !== null) return become(world, slot, "exited");
      if (slot.process !== null) slot.process.restarts = process.restarts + 1;
      become(world, slot, "running");
    });
  });
}

/** Puts a process where it has been running for a long time, in rotation at every node. */
export function place(world: World, slot: SimulatedSlot, release: ReleaseName): void {
  const longAgo = world.clock.now() - 3_600_000;
  slot.process = { release, run: nextRun(slot), startedAt: longAgo, readyAt: longAgo, restarts: 0 };
  slot.kind = "running";
  slot.since = longAgo;
  const view = { checks: { healthy: true, count: 100, passing: true }, in: true, since: longAgo };
  for (const node of world.nodes) if (node.views.has(slot.key)) node.views.set(slot.key, { ...view });
}

/** A balancer process is replaced by a fresh one: everything it was told and believed is forgotten. */
export function restartBalancer(world: World, node: number): void {
  const state = world.nodes[node];
  if (state === undefined) return;
  state.generation += 1;
  state.since = world.clock.now();
  for (const slot of world.slots.values()) {
    if (world.settings.drainVia === "told") slot.drain = null;
    believe(world, node, slot, unchecked);
  }
  world.watch({ by: "fault", what: "balancer restarted", slot: null });
}

/** The order's token is the current lease: nobody else may change anything. */
export function holdsLease(world: World, token: LeaseToken): boolean {
  return world.lease !== null && world.lease.token === token && world.lease.expiresAt > world.clock.now();
}
