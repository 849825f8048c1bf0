import type { Milliseconds } from "../../../fleet/time.ts";
import {
  groupLives,
  identityOf,
  killGroup,
  signalGroup,
  signalProcess,
  type ProcessIdentity,
} from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import { processesWithToken } from "./environment.ts";
import type { Run } from "./run.ts";

/** How long the system may take to clear away what was killed. */
const KILLED_WITHIN_MS: Milliseconds = 2_000;

/**
 * Ends a run: SIGTERM to its process, and what is left of it after `graceMs` is killed. Where the process goes but leaves
 * others behind (a shell, a package manager, a daemon), those are asked too and have the rest of the grace. Resolves when
 * none is left.
 */
export async function endRun(run: Run, graceMs: Milliseconds): Promise<void> {
  const until = machineClock.now() + graceMs;
  if (run.ended() === null) {
    signalProcess(run.identity, "SIGTERM");
    await within(graceMs, run.exit);
  }
  if (run.ended() !== null && restLives(run)) {
    signalGroup(run.identity, "SIGTERM");
    for (const stray of straysOf(run)) signalProcess(stray, "SIGTERM");
    while (machineClock.now() < until && restLives(run)) await machineClock.sleep(10);
  }
  await killRun(run);
}

/** Kills a run and all that it started, at once. */
export async function killRun(run: Run): Promise<void> {
  killRest(run);
  await run.exit;
  const until = machineClock.now() + KILLED_WITHIN_MS;
  while (machineClock.now() < until && restLives(run)) {
    // Again: one may have come while the others were looked for.
    killRest(run);
    await machineClock.sleep(10);
  }
}

/** Kills what a run has left behind: its process group, and what went into a session of its own. */
export function killRest(run: Run): void {
  killGroup(run.identity);
  for (const stray of straysOf(run)) signalProcess(stray, "SIGKILL");
}

function restLives(run: Run): boolean {
  return groupLives(run.identity) || straysOf(run).length > 0;
}

/** What a daemon does, a process group does not hold: such a process is known by the token that no other run has. */
function straysOf(run: Run): readonly ProcessIdentity[] {
  if (run.control === null) return [];
  return processesWithToken(run.control.token)
    .filter((pid) => pid !== run.identity.pid)
    .map((pid) => identityOf(pid))
    .filter((identity) => identity !== null);
}

async function within(ms: Milliseconds, what: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([what, machineClock.sleep(ms, over.signal).catch(() => undefined)]);
  over.abort();
}
