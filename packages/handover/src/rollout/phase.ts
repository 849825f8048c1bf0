import type { ReleaseName } from "../fleet/ids.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { SlotSituation } from "./situation.ts";
import { carries, deployDrains, isLive, mayReceive } from "./slots.ts";

/**
 * How far an instance is on the way to its target. Start-first it goes start, join, prove, retire (the old one is
 * drained), stop; stop-first drain, swap, join, prove. `hidden`: something about it could not be read.
 */
export type Phase =
  | "hidden"
  | "untouched"
  | "start"
  | "swap"
  | "join"
  | "prove"
  | "retire"
  | "stop"
  | "drain"
  | "settled";

export function phaseOf(
  slots: readonly SlotSituation[],
  target: ReleaseName | null,
  minHealthyTimeMs: Milliseconds,
): Phase {
  if (slots.some((slot) => slot.content === null)) return "hidden";
  if (slots.some((slot) => slot.content?.kind === "swapping")) return "swap";
  const wanted = slots.find((slot) => carries(slot, target));
  const others = slots.filter((slot) => slot !== wanted && slot.content?.kind !== "empty");
  if (wanted === undefined && target !== null) return others.some(leaving) ? "drain" : "untouched";
  if (wanted?.content?.kind === "starting") return "start";
  if (wanted !== undefined && wanted.reach.kind !== "in") return "join";
  if (wanted !== undefined && !isProven(wanted, minHealthyTimeMs)) return "prove";
  if (others.length === 0) return "settled";
  if (others.every((slot) => !isLive(slot) || slot.content?.kind === "stopping")) return "stop";
  return others.some(leaving) || wanted !== undefined ? "retire" : "untouched";
}

/** In rotation everywhere, and healthy there for the whole of `minHealthyTime`. */
export function isProven(slot: SlotSituation, minHealthyTimeMs: Milliseconds): boolean {
  if (slot.content?.kind !== "running" || slot.reach.kind !== "in") return false;
  return Math.min(slot.reach.forMs, slot.content.forMs) >= minHealthyTimeMs;
}

/** The instance takes work: some slot of it is in rotation somewhere, or may be. */
export function serves(slots: readonly SlotSituation[]): boolean {
  return slots.some((slot) => isLive(slot) && mayReceive(slot));
}

/** The way to the target has begun, and the new release is not proven yet. */
export function isAtHand(phase: Phase): boolean {
  return phase === "start" || phase === "swap" || phase === "join" || phase === "prove" || phase === "drain";
}

function leaving(slot: SlotSituation): boolean {
  return deployDrains(slot).length > 0 || slot.content?.kind === "stopping";
}
