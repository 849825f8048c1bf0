import type { ReleaseName } from "../fleet/ids.ts";
import type { Action } from "./action.ts";
import { DRAIN_LEASE_MS } from "./deadlines.ts";
import type { Proposal } from "./draft.ts";
import type { InstanceSituation, SlotSituation } from "./situation.ts";
import { carries, deployDrains, isBusy, isDrained, isLive, mayReceive, releaseOf, runOf } from "./slots.ts";

/**
 * What would bring one instance nearer to its target if nothing could go wrong: no floor, no evidence, no waiting.
 * The rules take from this whatever is not safe yet.
 */
export function towards(instance: InstanceSituation): readonly Proposal[] {
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

/** Ends a drain: the slot goes healthy again. */
export function undrain(instance: InstanceSituation, slot: SlotSituation): Proposal {
  return propose(instance, slot, { kind: "undrain", ...at(instance, slot) });
}

/** Where to start it: where it exited just now, so that it never runs twice; else an empty slot; else any that is not live. */
function roomFor(target: ReleaseName, slots: readonly SlotSituation[]): SlotSituation | undefined {
  const vacant = slots.filter((slot) => !isLive(slot));
  const exited = vacant.find((slot) => releaseOf(slot.content) === target);
  return exited ?? vacant.find((slot) => slot.content?.kind === "empty") ?? vacant[0];
}

/** A slot that runs what it should is not kept out of rotation by an earlier drain. */
function welcome(instance: InstanceSituation, slot: SlotSituation): readonly Proposal[] {
  return isBusy(slot) || deployDrains(slot).length === 0 ? [] : [undrain(instance, slot)];
}

function retire(instance: InstanceSituation, slot: SlotSituation): readonly Proposal[] {
  if (slot.content?.kind === "empty" || isBusy(slot)) return [];
  const stop = propose(instance, slot, { kind: "stop", ...ending(instance, slot) });
  return [...drain(instance, slot), stop];
}

function replace(
  instance: InstanceSituation,
  slot: SlotSituation,
  release: ReleaseName,
): readonly Proposal[] {
  if (isBusy(slot)) return [];
  const swap = propose(instance, slot, { kind: "swap", ...ending(instance, slot), release });
  return [...drain(instance, slot), swap];
}

function start(instance: InstanceSituation, slot: SlotSituation, release: ReleaseName): Proposal {
  return propose(instance, slot, { kind: "start", ...at(instance, slot), release });
}

/** Begins a drain, or renews one when half of its lease has gone. */
function drain(instance: InstanceSituation, slot: SlotSituation): readonly Proposal[] {
  if (!isLive(slot)) return [];
  const leases = deployDrains(slot).map((held) => held.leaseMs ?? Infinity);
  if (leases.length > 0 && Math.min(...leases) > DRAIN_LEASE_MS / 2) return [];
  return [propose(instance, slot, { kind: "drain", ...at(instance, slot) })];
}

function ending(instance: InstanceSituation, slot: SlotSituation) {
  const drains = deployDrains(slot).map(({ via, id, at }) => ({ via, id, at }));
  return { ...at(instance, slot), run: runOf(slot.content), drains, cut: 0 };
}

function at(instance: InstanceSituation, slot: SlotSituation): Pick<Action, "instance" | "slot"> {
  return { instance: instance.goal.id, slot: slot.slot };
}

function propose(instance: InstanceSituation, slot: SlotSituation, action: Action): Proposal {
  return { action, instance, slot };
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
