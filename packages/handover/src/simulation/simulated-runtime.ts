import type { SlotKey } from "../fleet/instance.ts";
import type { FailedStart, SlotContent, SlotState } from "../fleet/slot-content.ts";
import type { Guard, Runtime, StartOrder, StopOrder, SwapOrder } from "../ports/runtime.ts";
import { holdsLease, launch } from "./physics.ts";
import type { Wire } from "./wire.ts";
import { become } from "./slot-changes.ts";
import { isDrainHeld } from "./slot-truth.ts";
import type { SimulatedSlot, World } from "./world.ts";

/** The hosts of the simulated world, with the guards of the real ones. */
export function simulatedRuntime(world: World, wire: Wire): Runtime {
  return {
    observe: () => wire.call(() => statesOf(world)),
    start: (order) => wire.call(() => start(world, order)),
    stop: (order) => wire.call(() => stop(world, order)),
    swap: (order) => wire.call(() => swap(world, order)),
  };
}

function statesOf(world: World): Readonly<Record<SlotKey, SlotState>> {
  const entries = [...world.slots.values()].map((slot): [SlotKey, SlotState] => [
    slot.key,
    {
      content: contentOf(world, slot),
      failure: slot.failure,
      orderedBy: slot.orderedBy,
      previous: slot.previous,
    },
  ]);
  return Object.fromEntries(entries);
}

function contentOf(world: World, slot: SimulatedSlot): SlotContent {
  const forMs = world.clock.now() - slot.since;
  const { process, release } = slot;
  if (slot.kind === "swapping" && slot.release !== null && slot.swapTo !== null)
    return { kind: "swapping", from: slot.release, to: slot.swapTo, forMs };
  if (slot.kind === "exited" && release !== null)
    return { kind: "exited", release, why: "exited with status 1", restarts: 1 };
  if (process === null) return { kind: "empty" };
  const what = { release: process.release, run: process.run, forMs };
  if (slot.kind === "starting" || slot.kind === "stopping") return { kind: slot.kind, ...what };
  const startUpMs = (process.readyAt ?? process.startedAt) - process.startedAt;
  return { kind: "running", ...what, startUpMs, restarts: process.restarts };
}

function start(world: World, order: StartOrder): void {
  const slot = guarded(world, order, order.slot);
  if (slot.kind !== "empty" && slot.kind !== "exited") throw new Error(`${slot.key} is not empty`);
  world.watch({ by: "order", what: "start", slot: slot.key, release: order.release });
  slot.failure = null;
  slot.orderedBy = order.token;
  slot.previous = null;
  become(world, slot, "starting");
  launch(world, slot, order.release, (why) => {
    if (why !== null) slot.failure = failureOf(order, why);
    become(world, slot, why === null ? "running" : "empty");
  });
}

function stop(world: World, order: StopOrder): void {
  const slot = guardedRun(world, order);
  world.watch({ by: "order", what: "stop", slot: slot.key });
  if (slot.process === null) return empty(world, slot);
  become(world, slot, "stopping");
  holdDrainUntilGone(world, slot);
  world.clock.after(world.settings.stopMs, () => empty(world, slot));
}

function swap(world: World, order: SwapOrder): void {
  const slot = guardedRun(world, order);
  const from = slot.process?.release ?? slot.release;
  if (from === null) throw new Error(`${slot.key} runs nothing`);
  world.watch({ by: "order", what: "swap", slot: slot.key });
  slot.failure = null;
  slot.orderedBy = order.token;
  slot.release = from;
  slot.swapTo = order.release;
  become(world, slot, "swapping");
  holdDrainUntilGone(world, slot);
  world.clock.after(slot.process === null ? 0 : world.settings.stopMs, () => {
    launch(world, slot, order.release, (why) => {
      slot.previous = why === null ? from : null;
      if (why === null) return become(world, slot, "running");
      slot.failure = failureOf(order, why);
      return launch(world, slot, from, (again) => become(world, slot, again === null ? "running" : "empty"));
    });
  });
}

function empty(world: World, slot: SimulatedSlot): void {
  slot.process = null;
  slot.release = null;
  become(world, slot, "empty");
}

/** Whoever stops renews the drain until the process has gone. */
function holdDrainUntilGone(world: World, slot: SimulatedSlot): void {
  if (slot.drain !== null)
    slot.drain.endsAt = Math.max(slot.drain.endsAt, world.clock.now() + world.settings.stopMs + 1);
}

function guarded(world: World, guard: Guard, key: SlotKey): SimulatedSlot {
  if (!holdsLease(world, guard.token)) throw new Error("the lease is another's");
  const slot = world.slots.get(key);
  if (slot === undefined) throw new Error(`no slot ${key}`);
  return slot;
}

function guardedRun(world: World, order: StopOrder): SimulatedSlot {
  const slot = guarded(world, order, order.slot);
  if ((slot.process?.run ?? null) !== order.run) throw new Error(`${slot.key} runs another process`);
  if (slot.kind === "stopping" || slot.kind === "swapping") throw new Error(`${slot.key} is ${slot.kind}`);
  for (const drain of order.drains)
    if (slot.drain?.id !== drain.id || !isDrainHeld(world, slot))
      throw new Error(`drain ${drain.id} has ended`);
  return slot;
}

function failureOf(order: StartOrder | SwapOrder, why: string): FailedStart {
  return { release: order.release, by: order.token, why, log: [] };
}
