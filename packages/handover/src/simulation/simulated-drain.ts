import type { DrainState } from "../fleet/drain-state.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { Drain } from "../ports/drain.ts";
import { believe, drained } from "./slot-changes.ts";
import { canBeAsked, inFlightOf, isDrainHeld, isWorker } from "./slot-truth.ts";
import type { Wire } from "./wire.ts";
import type { SimulatedSlot, World } from "./world.ts";

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
