import type { Milliseconds } from "../../fleet/time.ts";
import { systemClock } from "../clock/system.ts";
import { lives, signalProcess, type ProcessIdentity } from "./process-identity.ts";

/**
 * Ends one process: SIGTERM, and SIGKILL after `graceMs`. A pid that another process has now is left alone.
 * Resolves when it has gone. Safe to repeat: one that has gone stays gone.
 */
export async function endProcess(
  identity: ProcessIdentity,
  graceMs: Milliseconds,
  signal: AbortSignal,
): Promise<void> {
  if (!signalProcess(identity, "SIGTERM")) return;
  if (await gone(identity, graceMs, signal)) return;
  signalProcess(identity, "SIGKILL");
  await gone(identity, 5_000, signal);
}

/** Waits until a process has gone; false when it still runs after `withinMs`. */
export async function gone(
  identity: ProcessIdentity,
  withinMs: Milliseconds,
  signal: AbortSignal,
): Promise<boolean> {
  const until = systemClock.now() + withinMs;
  while (lives(identity)) {
    if (systemClock.now() >= until) return false;
    await systemClock.sleep(20, signal);
  }
  return true;
}
