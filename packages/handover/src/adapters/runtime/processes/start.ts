import type { LeaseToken } from "../../../fleet/ids.ts";
import type { FailedStart } from "../../../fleet/slot-content.ts";
import { machineClock } from "../../clock/system.ts";
import { killRun } from "./end-run.ts";
import { discard } from "./envelope.ts";
import type { Environment } from "./environment.ts";
import { judge, type Verdict } from "./judge.ts";
import { keepRunning } from "./keep-running.ts";
import { launch, type Prepared } from "./launch.ts";
import { lastLines } from "./log-file.ts";
import type { BareSpec, Spec } from "./protocol.ts";
import type { Run } from "./run.ts";
import type { Slot } from "./slot.ts";

/** How many of its last lines a failed start is reported with. */
const LAST_LINES = 20;

/** Starts a release in a slot where nothing runs, and judges it. If it fails, the slot is left empty. */
export function beginStart(slot: Slot, spec: Spec, by: LeaseToken, prepared: Prepared): Promise<void> {
  if (slot.holding.kind === "exited") discard(slot.holding.envelope);
  const { environment, ...bare } = spec;
  slot.orderedBy = by;
  slot.previous = null;
  return new Promise((answered) => {
    slot.begin(async (signal) => {
      const run = await launchOrdered(slot, bare, environment, by, prepared, signal).finally(answered);
      if (run !== null) await judgeStart(slot, run, by, 0, signal);
    });
  });
}

async function launchOrdered(
  slot: Slot,
  spec: BareSpec,
  environment: Environment,
  by: LeaseToken,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<Run | null> {
  const since = machineClock.now();
  slot.become({ kind: "starting", run: null, spec, by, restarts: 0, since }, null);
  const launched =
    prepared.kind === "failed"
      ? prepared
      : await launch(slot, spec, environment, prepared.control, (run) =>
          slot.become({ kind: "starting", run, spec, by, restarts: 0, since }),
        );
  if (launched.kind === "launched") return launched.run;
  if (signal.aborted) return null;
  slot.become({ kind: "empty" }, { release: spec.release, by, why: launched.why, log: [] });
  slot.around.say(`${slot.key}: ${spec.release} failed: ${launched.why}`);
  return null;
}

/** Judges a start that a deploy ordered; also one that an earlier supervisor began. */
export async function judgeStart(
  slot: Slot,
  run: Run,
  by: LeaseToken,
  restarts: number,
  signal: AbortSignal,
): Promise<void> {
  const verdict = await judge(run, slot.port, slot.around.timings.probeEveryMs, signal);
  if (verdict.kind === "passed") return settle(slot, run, verdict, restarts, signal);
  const failure = failureOf(slot, run, by, verdict.why);
  await killRun(run);
  if (!signal.aborted) slot.become({ kind: "empty" }, failure);
  return undefined;
}

/** A run whose health path has passed: from here on it is kept running. */
export function settle(
  slot: Slot,
  run: Run,
  verdict: Extract<Verdict, { kind: "passed" }>,
  restarts: number,
  signal: AbortSignal,
): Promise<void> {
  const { startUpMs } = verdict;
  slot.become({ kind: "running", run, startUpMs, restarts, since: machineClock.now() });
  return keepRunning(slot, run, restarts, signal);
}

export function failureOf(slot: Slot, run: Run, by: LeaseToken, why: string): FailedStart {
  const { release } = run.spec;
  slot.around.say(`${slot.key}: ${release} failed: ${why}`);
  return { release, by, why, log: lastLines(slot.log, LAST_LINES, run.logFrom) };
}
