import { slotLog } from "../adapters/runtime/processes-client/supervisor-state.ts";
import { slotKey } from "../fleet/instance.ts";
import type { LocalEnvironment } from "../main.ts";
import type { RolloutEvent } from "../rollout/rollout-event.ts";

/** Enough to see why. */
const LINES = 20;

/**
 * The events, with the log of what failed in the last one. Of a start that failed the host tells the log; of a release
 * that joined and was lost afterwards it knows no failure, so the log of its slot is read.
 */
export async function withFailedLog(
  local: LocalEnvironment,
  events: readonly RolloutEvent[],
  signal: AbortSignal,
): Promise<readonly RolloutEvent[]> {
  const ended = events.at(-1);
  if (ended?.kind !== "ended" || ended.halt?.kind !== "failed" || ended.halt.log.length > 0) return events;
  const slot = failedSlot(events, ended.halt.instance);
  if (slot === null) return events;
  const log = await slotLog(local.supervisorSocket, slot, LINES, signal).catch(() => []);
  return [...events.slice(0, -1), { ...ended, halt: { ...ended.halt, log } }];
}

/** Where the new release was put: the first start or swap of that instance in this run. */
function failedSlot(events: readonly RolloutEvent[], instance: string | null) {
  for (const event of events) {
    if (event.kind !== "action" || event.action.instance !== instance) continue;
    const { kind, slot } = event.action;
    if (kind === "start" || kind === "swap") return slotKey(event.action.instance, slot);
  }
  return null;
}
