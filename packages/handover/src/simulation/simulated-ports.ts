import { balancerId, leaseToken } from "../fleet/ids.ts";
import type { DrainState } from "../fleet/drain-state.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { SlotRotation } from "../fleet/rotation.ts";
import type { Drain } from "../ports/drain.ts";
import type { Lease } from "../ports/lease.ts";
import type { LoadBalancer } from "../ports/load-balancer.ts";
import { slowestWayIn } from "../health/bounds.ts";
import { holdsLease } from "./physics.ts";
import type { Wire } from "./wire.ts";
import {
  believe,
  canBeAsked,
  drained,
  inFlightOf,
  isDrainHeld,
  isWorker,
  type SimulatedSlot,
  type World,
} from "./world.ts";

/** One load balancer with all nodes of the world. */
export function simulatedBalancer(world: World, wire: Wire): LoadBalancer {
  const id = balancerId("simulated");
  return {
    id,
    settings: () => wire.call(() => world.settings.health),
    observe: () =>
      wire.call(() => {
        if (!world.balancerAnswers) throw new Error("connection refused");
        return world.nodes.map((node, index) => ({
          balancer: id,
          node: `node-${index}`,
          generation: String(node.generation),
          warm: world.clock.now() - node.since > slowestWayIn(world.settings.health),
          slots: Object.fromEntries(
            [...node.views].map(([key, view]): [SlotKey, SlotRotation] => [
              key,
              { in: view.in, forMs: world.clock.now() - view.since, evidence: "told" },
            ]),
          ),
        }));
      }),
  };
}

/** Drains as the world's settings want them: told to the balancers, or made by the service itself. */
export function simulatedDrain(world: World, wire: Wire): Drain {
  return {
    observe: () =>
      wire.call(() => {
        const asked = [...world.slots.values()].filter((slot) => canBeAsked(world, slot));
        return Object.fromEntries(
          asked.map((slot): [SlotKey, DrainState] => [slot.key, drainStateOf(world, slot)]),
        );
      }),
    hold: (key, by, leaseMs) =>
      wire.call(() => {
        const slot = slotOf(world, key);
        const now = world.clock.now();
        if (isDrainHeld(world, slot) && slot.drain !== null) {
          if (slot.drain.by === "operator") throw new Error(`${key} is drained by an operator`);
          slot.drain.endsAt = now + leaseMs;
          return;
        }
        const drain = drained(world, slot, { id: `d-${key}-${now}`, by, endsAt: now + leaseMs });
        if (drain === null) throw new Error(`${key} does not answer`);
        slot.drain = drain;
        if (isWorker(world, slot)) slot.lastRequestAt = now;
        world.watch({ by: "order", what: "drain", slot: key, token: by });
        review(world, slot);
        world.clock.after(leaseMs, () => expire(world, slot));
      }),
    end: (key) =>
      wire.call(() => {
        const slot = slotOf(world, key);
        if (slot.drain === null || slot.drain.by === "operator") return;
        slot.drain = null;
        world.watch({ by: "order", what: "undrain", slot: key });
        review(world, slot);
      }),
  };
}

/** The lease of the simulated hosts. */
export function simulatedLease(world: World, wire: Wire, owner: string): Lease {
  return {
    acquire: (ttlMs) =>
      wire.call(() => {
        const now = world.clock.now();
        if (world.lease !== null && world.lease.expiresAt > now)
          return {
            kind: "taken",
            holder: { owner: "another", pid: 1, heldForMs: 0, expiresInMs: world.lease.expiresAt - now },
          };
        world.leases += 1;
        const token = leaseToken(`${owner}-${world.leases}`);
        world.lease = { token, expiresAt: now + ttlMs };
        return { kind: "held", token };
      }),
    renew: (token, ttlMs) =>
      wire.call(() => {
        if (world.lease === null || !holdsLease(world, token)) return false;
        world.lease.expiresAt = world.clock.now() + ttlMs;
        return true;
      }),
    release: (token) =>
      wire.call(() => {
        if (world.lease?.token === token) world.lease = null;
      }),
  };
}

function drainStateOf(world: World, slot: SimulatedSlot): DrainState {
  const now = world.clock.now();
  const inFlight = inFlightOf(world, slot);
  const { drain } = slot;
  if (drain === null || !isDrainHeld(world, slot)) return { held: [], inFlight };
  const by = drain.by === "operator" ? "operator" : "deploy";
  const via = drain.of === null ? "balancer" : "service";
  return {
    held: [{ via, id: drain.id, at: slot.key, by, forMs: now - drain.since, leaseMs: drain.endsAt - now }],
    inFlight,
  };
}

function expire(world: World, slot: SimulatedSlot): void {
  const { drain } = slot;
  if (drain === null) return;
  const leftMs = drain.endsAt - world.clock.now();
  if (leftMs > 0) {
    world.clock.after(leftMs, () => expire(world, slot));
    return;
  }
  slot.drain = null;
  review(world, slot);
}

/** A drain began or ended: told balancers act on it at once, the others at their next check. */
function review(world: World, slot: SimulatedSlot): void {
  world.nodes.forEach((node, index) => {
    const view = node.views.get(slot.key);
    if (view !== undefined) believe(world, index, slot, view.checks);
  });
}

function slotOf(world: World, key: SlotKey): SimulatedSlot {
  const slot = world.slots.get(key);
  if (slot === undefined) throw new Error(`no slot ${key}`);
  return slot;
}
