import type { SlotKey } from "../fleet/instance.ts";
import type { Milliseconds } from "../fleet/time.ts";
import { floorOf, type Goal, type GoalInstance } from "../rollout/goal.ts";
import {
  configured,
  countIn,
  instanceOf,
  isHeld,
  isProven,
  isServing,
  keysOf,
  releaseAt,
  slotAt,
  slotOf,
  viewsOf,
} from "./fleet-truth.ts";
import { inFlightOf, isSentWork, isWorker } from "./slot-truth.ts";
import type { Effect, World } from "./world.ts";
import { LEASE_RENEW_MS } from "../rollout/deadlines.ts";

/** A promise that was broken, where the world itself can see it. */
export interface Violation {
  readonly at: number;
  readonly invariant: string;
  readonly detail: string;
}

/** One effect, just as it happens, with everything an invariant may look at. */
export interface Moment {
  readonly world: World;
  readonly goal: Goal;
  readonly effect: Effect;
  /** How long ago the last fault was: what a deployer cannot have seen yet explains what it does. */
  readonly sinceFaultMs: Milliseconds;
}

export type Invariant = (moment: Moment) => string | null;

/** How long a fault may stay unseen: one slow look at the fleet. */
export const UNSEEN_MS: Milliseconds = 3_000;

/** Promise 1: no order takes the number in rotation below the floor, at any node, unless a fault alone explains it. */
export const floorIsKept: Invariant = ({ world, goal, effect, sinceFaultMs }) => {
  const slot = slotOf(world, effect);
  if (effect.by !== "order" || effect.what !== "drain" || slot === null || sinceFaultMs < UNSEEN_MS)
    return null;
  const floor = floorOf(goal, !isWorker(world, slot));
  for (const [index, isIn] of viewsOf(world, slot).entries()) {
    const before = countIn(
      world,
      goal,
      slot,
      (key) => isIn(key) && (key === slot.key || !isHeld(world, key)),
    );
    const after = countIn(world, goal, slot, (key) => isIn(key) && key !== slot.key && !isHeld(world, key));
    if (after < before && after < floor) return `${slot.key} left ${after} of ${floor} at node ${index}`;
  }
  return null;
};

/** Promise 1, too: what was taken out in time and is needed since another was lost is put back, not stopped. */
export const neededIsPutBack: Invariant = ({ world, goal, effect, sinceFaultMs }) => {
  const slot = slotOf(world, effect);
  if (effect.by !== "order" || (effect.what !== "stop" && effect.what !== "swap")) return null;
  if (slot?.drain?.served !== true || sinceFaultMs < UNSEEN_MS) return null;
  const instance = instanceOf(goal, slot.key);
  if (instance === undefined || instance.release === null || instance.release === slot.process?.release)
    return null;
  const floor = floorOf(goal, instance.balanced);
  for (const [index, isIn] of viewsOf(world, slot).entries()) {
    const now = countIn(world, goal, slot, (key) => isIn(key) && !isHeld(world, key));
    const then = countIn(world, goal, slot, (key) => key === slot.key || (isIn(key) && !isHeld(world, key)));
    if (now < then && now < floor)
      return `${slot.key} stopped with ${now} of ${floor} in rotation at node ${index}`;
  }
  return null;
};

/** Promise 2: what is stopped receives nothing any more, and has finished what it had, or had all its time. */
export const stoppedOnlyWhenIdle: Invariant = ({ world, goal, effect }) => {
  if (effect.by !== "order" || (effect.what !== "stop" && effect.what !== "swap")) return null;
  const slot = slotOf(world, effect);
  if (slot === null || slot.process === null) return null;
  if (isSentWork(world, slot)) return `${slot.key} stopped in rotation`;
  if (slot.lastRequestAt < slot.process.startedAt) return null;
  const outForMs = world.clock.now() - slot.lastRequestAt;
  const { lateMs = 0, requestMs } = world.settings;
  if (requestMs > 0 && outForMs < lateMs) return `${slot.key} stopped with a request on its way`;
  if (inFlightOf(world, slot) > 0 && outForMs < goal.longestRequestMs)
    return `${slot.key} stopped with requests in flight, ${outForMs} ms after the last one came`;
  return null;
};

/** The old one is stopped only beside a new one that has proven itself (or when the new one is given up). */
export const provenBeforeGoingOn: Invariant = ({ world, goal, effect, sinceFaultMs }) => {
  const slot = slotOf(world, effect);
  if (effect.by !== "order" || slot === null || sinceFaultMs < UNSEEN_MS) return null;
  const instance = instanceOf(goal, slot.key);
  if (instance === undefined || instance.release === null) return null;
  const isNew = (key: SlotKey): boolean => releaseAt(world, key) === instance.release;
  if (effect.what === "stop" && !isNew(slot.key)) {
    const successor = keysOf(instance).find((key) => key !== slot.key && isNew(key));
    if (slot.process !== null && successor !== undefined && !isProven(world, goal, successor))
      return `${slot.key} stopped before ${successor} was proven`;
  }
  if (!beginsInstance(world, effect, instance)) return null;
  const unproven = configured(goal)
    .filter((other) => other.id !== instance.id)
    .filter((other) =>
      keysOf(other).some((key) => releaseAt(world, key) === other.release && !isProven(world, goal, key)),
    );
  return unproven.length >= goal.maxUnavailable
    ? `${instance.id} begun while ${unproven.map((other) => other.id).join(", ")} was unproven`
    : null;
};

/** Those that do not serve go first: none that serves is begun while another has nothing in rotation. */
export const notServingGoFirst: Invariant = ({ world, goal, effect, sinceFaultMs }) => {
  const slot = slotOf(world, effect);
  if (effect.by !== "order" || slot === null || sinceFaultMs < UNSEEN_MS) return null;
  const instance = instanceOf(goal, slot.key);
  if (instance === undefined || !beginsInstance(world, effect, instance)) return null;
  const idle = configured(goal)
    .filter((other) => other.id !== instance.id && !isServing(world, other))
    .filter((other) =>
      keysOf(other).every((key) => releaseAt(world, key) !== other.release && !isOnItsWay(world, key)),
    );
  return idle.length > 0 ? `${instance.id} begun before ${idle.map((other) => other.id).join(", ")}` : null;
};

/** Only the holder of the lease acts. A lease that is taken away is noticed when it is renewed next. */
export const onlyTheHolderActs: Invariant = ({ world, effect, sinceFaultMs }) => {
  if (sinceFaultMs < LEASE_RENEW_MS + UNSEEN_MS) return null;
  if (effect.by !== "order" || effect.token === undefined) return null;
  const { lease } = world;
  const holder = lease !== null && lease.expiresAt > world.clock.now() ? lease.token : null;
  return holder === effect.token
    ? null
    : `${effect.what} of ${effect.slot} by ${effect.token}, the holder is ${holder}`;
};

/** What an operator took out is not changed. */
export const operatorsAreRespected: Invariant = ({ world, goal, effect, sinceFaultMs }) => {
  const slot = slotOf(world, effect);
  if (effect.by !== "order" || slot === null || sinceFaultMs < UNSEEN_MS) return null;
  const instance = instanceOf(goal, slot.key);
  const held =
    instance &&
    keysOf(instance).some((key) => isHeld(world, key) && slotAt(world, key).drain?.by === "operator");
  return held === true ? `${effect.what} of ${slot.key}, which an operator took out` : null;
};

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  floorIsKept,
  neededIsPutBack,
  stoppedOnlyWhenIdle,
  provenBeforeGoingOn,
  notServingGoFirst,
  onlyTheHolderActs,
  operatorsAreRespected,
};

/**
 * An order that touches an instance which serves and has nothing of the new release yet. One that came in just now, when
 * a dead deploy's drain ended, could not be seen yet: that alone explains that it was taken for one that does not serve.
 */
function beginsInstance(world: World, effect: Effect, instance: GoalInstance): boolean {
  if (effect.what !== "start" && effect.what !== "drain") return false;
  if (instance.release === null || !isServing(world, instance, UNSEEN_MS)) return false;
  const others = keysOf(instance).filter((key) => key !== effect.slot);
  const drained = releaseAt(world, effect.slot);
  if (effect.what === "drain" && (drained === null || drained === instance.release)) return false;
  if (effect.what === "start" && effect.release !== instance.release) return false;
  return others.every((key) => releaseAt(world, key) !== instance.release);
}

/** A deploy is taking it out already, or replacing it. */
function isOnItsWay(world: World, key: SlotKey): boolean {
  const kind = world.slots.get(key)?.kind;
  return isHeld(world, key) || kind === "swapping" || kind === "stopping";
}
