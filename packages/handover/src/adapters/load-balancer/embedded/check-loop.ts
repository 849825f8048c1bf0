import type { Milliseconds } from "../../../fleet/time.ts";
import type { HealthSettings } from "../../../health/settings.ts";
import { checkHealth } from "./health-check.ts";
import type { Slot } from "./slot.ts";

/**
 * Checks a slot for ever, drained or not, by the settings of the moment: `intervalMs` from the start of one check to
 * the start of the next, never two at a time. Returns the function that ends it; a check under way then counts for nothing.
 */
export function checkRepeatedly(
  slot: Slot,
  settings: () => HealthSettings | null,
  firstAfterMs: Milliseconds,
): () => void {
  let ended = false;
  let timer = setTimeout(() => void check(), firstAfterMs);

  const check = async (): Promise<void> => {
    const startedAt = performance.now();
    const health = settings();
    if (health === null) return;
    const result = await checkHealth(slot, health.path, health.timeoutMs);
    if (ended) return;
    slot.checked(result, health);
    timer = setTimeout(() => void check(), Math.max(0, startedAt + health.intervalMs - performance.now()));
  };

  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
