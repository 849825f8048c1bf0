import { endRun } from "./end-run.ts";
import { discard } from "./envelope.ts";
import type { Run } from "./run.ts";
import type { Holding, Slot } from "./slot.ts";

/** Ends whatever a slot runs or is about to run, gracefully and without a guard: `down`. */
export async function clearOut(slot: Slot): Promise<void> {
  slot.callOff();
  await slot.working;
  const { holding } = slot;
  await Promise.all(runsIn(holding).map((run) => endRun(run, run.spec.stopGraceMs)));
  if (holding.kind === "exited") discard(holding.envelope);
  if (holding.kind === "swapping") discard(holding.from.envelope);
  slot.become({ kind: "empty" }, null);
}

function runsIn(holding: Holding): readonly Run[] {
  if (holding.kind === "empty" || holding.kind === "exited") return [];
  const runs = holding.kind === "swapping" ? [holding.from.run, holding.next] : [holding.run];
  return runs.filter((run) => run !== null);
}
