import type { HeldDrain } from "../fleet/drain-state.ts";
import type { ReleaseName, RunId } from "../fleet/ids.ts";
import type { SlotContent } from "../fleet/slot-content.ts";
import type { SlotSituation } from "./situation.ts";

/** Small questions about one slot, asked by phases, steps and rules alike. */

/** Something runs here, or is being started or ended by the host. */
export function isLive(slot: SlotSituation): boolean {
  return slot.content !== null && slot.content.kind !== "empty" && slot.content.kind !== "exited";
}

export function releaseOf(content: SlotContent | null): ReleaseName | null {
  if (content === null || content.kind === "empty") return null;
  return content.kind === "swapping" ? content.to : content.release;
}

export function runOf(content: SlotContent | null): RunId | null {
  return content !== null && "run" in content ? content.run : null;
}

/** Starting or running the release (also by a swap under way), and not about to stop. */
export function carries(slot: SlotSituation, release: ReleaseName | null): boolean {
  if (release === null || slot.content === null) return false;
  const { kind } = slot.content;
  return (
    (kind === "starting" || kind === "running" || kind === "swapping") && releaseOf(slot.content) === release
  );
}

/** The host is at work here: whoever acts now gets in its way. */
export function isBusy(slot: SlotSituation): boolean {
  return slot.content?.kind === "stopping" || slot.content?.kind === "swapping";
}

export function deployDrains(slot: SlotSituation): readonly HeldDrain[] {
  return (slot.drains ?? []).filter((drain) => drain.by === "deploy");
}

export function isDrained(slot: SlotSituation): boolean {
  return (slot.drains ?? []).length > 0;
}

export function isHeldByOperator(slot: SlotSituation): boolean {
  return (slot.drains ?? []).some((drain) => drain.by === "operator");
}

/** Some balancer sends it requests, or might: unknown counts as in when it comes to stopping. */
export function mayReceive(slot: SlotSituation): boolean {
  return slot.reach.kind !== "out";
}
