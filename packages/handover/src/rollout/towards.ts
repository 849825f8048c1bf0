import type { ReleaseName } from "../fleet/ids.ts";
import type { Action } from "./action.ts";
import type { InstanceSituation, SlotSituation } from "./situation.ts";
import { carries, deployDrains, isBusy, isDrained, isLive, mayReceive, releaseOf, runOf } from "./slots.ts";
import type { Milliseconds } from "../fleet/time.ts";

/** How long a drain lasts if nobody renews it: what a killed deployer leaves behind ends after this. */
export const DRAIN_LEASE_MS: Milliseconds = 30_000;

/**
 * What would bring one instance nearer to its target if nothing could go wrong: no floor, no evidence, no waiting.
 * The rules take from this whatever is not safe yet.
 */
export function towards(instance: InstanceSituation): readonly Action[] {
  const { slots, target } = instance;
  if (slots.some((slot) => slot.content === null)) return [];
  const wanted = slots.find((slot) => carries(slot, target));
  const others = slots.filter((slot) => slot !== wanted);
  if (wanted !== undefined)
    return [...welcome(instance, wanted), ...others.flatMap((slot) => retire(instance, slot))];
  if (target === null) return others.flatMap((slot) => retire(instance, slot));

  const live = others.filter(isLive);
  const free = roomFor(target, others);
  const [only] = live;
  if (only === undefined && free !== undefined) return [start(instance, free, target)];
  if (only !== undefined && live.length === 1) {
    const startFirst = instance.goal.strategy === "start-first" && free !== undefined;
    return startFirst ? [start(instance, free, target)] : replace(instance, only, target);
  }
  return retire(instance, leastUseful(live));
}

/** Where to start it: where it exited just now, so that it never runs twice; else an empty slot; else any that is not live. */
function roomFor(target: ReleaseName, slots: readonly SlotSituation[]): SlotSituation | undefined {
  const vacant = slots.filter((slot) => !isLive(slot));
  const exited = vacant.find((slot) => releaseOf(slot.content) === target);
  return exited ?? vacant.find((slot) => slot.content?.kind === "empty") ?? vacant[0];
}

/** A slot that runs what it should is not kept out of rotation by an earlier drain. */
function welcome(instance: InstanceSituation, slot: SlotSituation): readonly Action[] {
  if (isBusy(slot) || deployDrains(slot).length === 0) return [];
  return [{ kind: "undrain", instance: instance.goal.id, slot: slot.slot }];
}

function retire(instance: InstanceSituation, slot: SlotSituation): readonly Action[] {
  if (slot.content?.kind === "empty" || isBusy(slot)) return [];
  return [...drain(instance, slot), { kind: "stop", ...ending(instance, slot) }];
}

function replace(instance: InstanceSituation, slot: SlotSituation, release: ReleaseName): readonly Action[] {
  if (isBusy(slot)) return [];
  return [...drain(instance, slot), { kind: "swap", ...ending(instance, slot), release }];
}

function start(instance: InstanceSituation, slot: SlotSituation, release: ReleaseName): Action {
  return { kind: "start", instance: instance.goal.id, slot: slot.slot, release };
}

/** Begins a drain, or renews one when half of its lease has gone. */
function drain(instance: InstanceSituation, slot: SlotSituation): readonly Action[] {
  if (!isLive(slot)) return [];
  const leases = deployDrains(slot).map((held) => held.leaseMs ?? Infinity);
  if (leases.length > 0 && Math.min(...leases) > DRAIN_LEASE_MS / 2) return [];
  return [{ kind: "drain", instance: instance.goal.id, slot: slot.slot }];
}

function ending(instance: InstanceSituation, slot: SlotSituation) {
  const drains = deployDrains(slot).map(({ via, id, at }) => ({ via, id, at }));
  return { instance: instance.goal.id, slot: slot.slot, run: runOf(slot.content), drains, cut: 0 };
}

/** Of two that are both unwanted, the one to give up first: out of rotation before in, drained before not, younger before older. */
function leastUseful(live: readonly SlotSituation[]): SlotSituation {
  const [first, ...rest] = live;
  if (first === undefined) throw new RangeError("leastUseful needs at least one slot");
  const cost = (slot: SlotSituation): number =>
    (mayReceive(slot) ? 2 : 0) + (isDrained(slot) ? 0 : 1) + (slot.content?.kind === "running" ? 0.5 : 0);
  const age = (slot: SlotSituation): number =>
    slot.content && "forMs" in slot.content ? slot.content.forMs : 0;
  return rest.reduce((best, slot) => {
    const difference = cost(slot) - cost(best);
    return difference < 0 || (difference === 0 && age(slot) < age(best)) ? slot : best;
  }, first);
}
