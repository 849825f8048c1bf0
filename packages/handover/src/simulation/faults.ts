import { leaseToken } from "../fleet/ids.ts";
import { crash, restartBalancer } from "./physics.ts";
import type { Fault } from "./scenario.ts";
import { drained } from "./slot-changes.ts";
import { isDrainHeld } from "./slot-truth.ts";
import type { Effect, SimulatedSlot, World } from "./world.ts";
import { LEASE_TTL_MS } from "../rollout/deadlines.ts";

/** Lets a fault of the world happen when its time comes. What befalls a deployer itself is in `simulate.ts`. */
export function arm(fault: Fault, world: World): void {
  if (fault.kind === "kill") return;
  world.clock.after(fault.atMs, () => strike(fault, world));
}

function strike(fault: Fault, world: World): void {
  switch (fault.kind) {
    case "crash": {
      const slot = nth(world, fault.slot);
      if (slot !== undefined) crash(world, slot, "fault");
      return;
    }
    case "operator drains": {
      const slot = nth(world, fault.slot);
      if (slot?.process == null) return;
      slot.drain = drained(world, slot, { id: "d-operator", by: "operator", endsAt: Infinity }) ?? slot.drain;
      world.watch({ by: "fault", what: "operator drains", slot: slot.key });
      return;
    }
    case "balancer restart":
      return restartBalancer(world, fault.node % world.nodes.length);
    case "balancer gone":
      world.balancerAnswers = false;
      return;
    case "lease stolen":
      world.lease = { token: leaseToken("thief"), expiresAt: world.clock.now() + LEASE_TTL_MS };
      return world.watch({ by: "fault", what: "lease stolen", slot: null });
    case "interrupt":
    case "kill":
    case "second deployer":
  }
}

/** Whether something left without an order: whoever looked just before could not know. */
export function isDisturbance(effect: Effect, world: World): boolean {
  if (effect.by === "fault" || effect.what === "crash") return true;
  if (effect.what !== "out of rotation" || effect.slot === null) return false;
  const slot = world.slots.get(effect.slot);
  return (
    slot !== undefined && !isDrainHeld(world, slot) && (slot.kind === "running" || slot.kind === "exited")
  );
}

function nth(world: World, index: number): SimulatedSlot | undefined {
  const slots = [...world.slots.values()];
  return slots[index % slots.length];
}
