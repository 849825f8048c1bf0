import type { DrainRef } from "../../../fleet/drain-state.ts";
import type { LeaseToken } from "../../../fleet/ids.ts";
import { machineClock } from "../../clock/system.ts";
import { keepRenewing } from "./drains.ts";
import { endRun } from "./end-run.ts";
import { discard } from "./envelope.ts";
import type { Run } from "./run.ts";
import type { Slot } from "./slot.ts";

/** Ends what a slot runs, or the wait until what exited there would be started again. */
export function beginStop(slot: Slot, by: LeaseToken | null, drains: readonly DrainRef[]): void {
  const { holding } = slot;
  if (holding.kind === "exited") {
    slot.callOff();
    discard(holding.envelope);
    emptied(slot);
    return;
  }
  if ((holding.kind !== "running" && holding.kind !== "starting") || holding.run === null) return;
  const { run } = holding;
  slot.become({ kind: "stopping", run, drains, by, since: machineClock.now() }, null);
  slot.begin((signal) => finishStop(slot, run, drains, signal));
}

/** Also for a stop that an earlier supervisor began. */
export async function finishStop(
  slot: Slot,
  run: Run,
  drains: readonly DrainRef[],
  signal: AbortSignal,
): Promise<void> {
  await endDrained(slot, run, drains);
  if (!signal.aborted) emptied(slot);
}

function emptied(slot: Slot): void {
  slot.orderedBy = null;
  slot.previous = null;
  slot.become({ kind: "empty" }, null);
}

/** Ends a run and renews its drains until it has gone. */
export async function endDrained(slot: Slot, run: Run, drains: readonly DrainRef[]): Promise<void> {
  const ended = new AbortController();
  const renewing = keepRenewing(drains, slot.around.timings.drainLeaseMs, run.control, ended.signal);
  await endRun(run, run.spec.stopGraceMs);
  ended.abort(new Error("the process has gone"));
  await renewing;
  slot.around.say(`${slot.key}: stopped ${run.spec.release}`);
}
