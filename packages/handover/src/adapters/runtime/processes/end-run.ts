import type { Milliseconds } from "../../../fleet/time.ts";
import {
  groupLives,
  killGroup,
  signalGroup,
  signalProcess,
  type ProcessIdentity,
} from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import type { Run } from "./run.ts";

/**
 * Ends a run: SIGTERM to its process, and what is left of its process group after `graceMs` is killed. Where the process
 * goes but leaves others of its group behind (a shell, a package manager), those are asked too and have the rest of the
 * grace. Resolves when none is left.
 */
export async function endRun(run: Run, graceMs: Milliseconds): Promise<void> {
  const until = machineClock.now() + graceMs;
  if (run.ended() === null) {
    signalProcess(run.identity, "SIGTERM");
    await within(graceMs, run.exit);
  }
  if (run.ended() !== null && groupLives(run.identity)) {
    signalGroup(run.identity, "SIGTERM");
    await groupGone(run.identity, until);
  }
  killGroup(run.identity);
  await run.exit;
  await groupGone(run.identity, machineClock.now() + 2_000);
}

/** Kills a run and its process group at once. */
export async function killRun(run: Run): Promise<void> {
  killGroup(run.identity);
  await run.exit;
  await groupGone(run.identity, machineClock.now() + 2_000);
}

async function within(ms: Milliseconds, what: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([what, machineClock.sleep(ms, over.signal).catch(() => undefined)]);
  over.abort();
}

async function groupGone(leader: ProcessIdentity, until: number): Promise<void> {
  while (machineClock.now() < until && groupLives(leader)) await machineClock.sleep(10);
}
