import { machineClock } from "../../clock/system.ts";
import { killRest, killRun } from "./end-run.ts";
import { discard, seal } from "./envelope.ts";
import type { Environment } from "./environment.ts";
import { judge } from "./judge.ts";
import { launch, prepareLaunch } from "./launch.ts";
import type { BareSpec } from "./protocol.ts";
import type { Run } from "./run.ts";
import type { Slot } from "./slot.ts";
import { exitWords } from "./words.ts";

/**
 * Watches a run that has been judged, and starts it again after each exit: with a back-off that doubles, and begins anew
 * once the run has been healthy for a minute. Ends when the signal is aborted: an order took over.
 */
export async function keepRunning(
  slot: Slot,
  first: Run,
  restartsBefore: number,
  signal: AbortSignal,
): Promise<void> {
  const { timings } = slot.around;
  let run = first;
  let restarts = restartsBefore;
  let waitMs = timings.backOffMs;
  for (;;) {
    const healthySince = machineClock.now();
    const exit = await Promise.race([run.exit, aborted(signal)]);
    signal.throwIfAborted();
    killRest(run);
    if (machineClock.now() - healthySince >= timings.backOffResetMs) waitMs = timings.backOffMs;
    restarts += 1;
    const again = await startAgain(
      slot,
      { spec: run.spec, environment: run.environment, why: exitWords(exit), restarts, waitMs },
      signal,
    );
    if (again === null) return;
    ({ run, restarts, waitMs } = again);
  }
}

interface Ended {
  readonly spec: BareSpec;
  readonly environment: Environment | null;
  readonly why: string;
  readonly restarts: number;
  readonly waitMs: number;
}

interface Again {
  readonly run: Run;
  readonly restarts: number;
  /** The back-off of the next exit. */
  readonly waitMs: number;
}

/** Tries until a new run has passed its health path; null when its environment is not known any more. */
export async function startAgain(slot: Slot, ended: Ended, signal: AbortSignal): Promise<Again | null> {
  const { spec, environment } = ended;
  const { backOffLimitMs } = slot.around.timings;
  let { why, restarts, waitMs } = ended;
  if (environment === null) {
    const lost = `${why}, and what it was started with is not known any more: deploy again`;
    slot.become({ kind: "exited", spec, environment, why: lost, restarts, envelope: null });
    return null;
  }
  for (;;) {
    slot.around.say(`${slot.key}: ${spec.release} ${why}; starting it again in ${waitMs} ms`);
    const envelope = seal(environment);
    slot.become({ kind: "exited", spec, environment, why, restarts, envelope });
    await machineClock.sleep(waitMs, signal);
    waitMs = Math.min(waitMs * 2, backOffLimitMs);
    const attempt = await attemptAgain(slot, spec, environment, restarts, signal).finally(() =>
      discard(envelope),
    );
    signal.throwIfAborted();
    if (attempt.kind === "running") return { run: attempt.run, restarts, waitMs };
    why = attempt.why;
    restarts += 1;
  }
}

type Attempt =
  | { readonly kind: "running"; readonly run: Run }
  | { readonly kind: "failed"; readonly why: string };

async function attemptAgain(
  slot: Slot,
  spec: BareSpec,
  environment: Environment,
  restarts: number,
  signal: AbortSignal,
): Promise<Attempt> {
  const prepared = await prepareLaunch(slot);
  signal.throwIfAborted();
  if (prepared.kind === "failed") return prepared;
  const since = machineClock.now();
  const launched = await launch(slot, spec, environment, prepared.control, (run) =>
    slot.become({ kind: "starting", run, spec, by: null, restarts, since }),
  );
  signal.throwIfAborted();
  if (launched.kind === "failed") return launched;
  const verdict = await judgeAgain(slot, launched.run, restarts, signal);
  return verdict === null ? { kind: "running", run: launched.run } : { kind: "failed", why: verdict };
}

/** Judges a run that was started again by itself; null when it passed, else why it did not. */
export async function judgeAgain(
  slot: Slot,
  run: Run,
  restarts: number,
  signal: AbortSignal,
): Promise<string | null> {
  const verdict = await judge(run, slot.port, slot.around.timings.probeEveryMs, signal);
  if (verdict.kind === "passed") {
    const { startUpMs } = verdict;
    slot.become({ kind: "running", run, startUpMs, restarts, since: machineClock.now() });
    return null;
  }
  await killRun(run);
  signal.throwIfAborted();
  return verdict.why;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error("another order took over"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
