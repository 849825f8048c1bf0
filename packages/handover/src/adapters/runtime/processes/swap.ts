import type { DrainRef } from "../../../fleet/drain-state.ts";
import type { LeaseToken } from "../../../fleet/ids.ts";
import type { FailedStart } from "../../../fleet/slot-content.ts";
import { machineClock } from "../../clock/system.ts";
import { killRun } from "./end-run.ts";
import { discard, seal } from "./envelope.ts";
import type { Environment } from "./environment.ts";
import { judge, type Verdict } from "./judge.ts";
import { keepRunning, startAgain } from "./keep-running.ts";
import { launch, prepareLaunch } from "./launch.ts";
import type { BareSpec, Spec } from "./protocol.ts";
import type { Run } from "./run.ts";
import type { Before, Slot } from "./slot.ts";
import { failureOf, settle } from "./start.ts";
import { endDrained } from "./stop.ts";

/** A swap under way: what it is for, and what it goes back to. */
export interface SwapUnderWay {
  readonly by: LeaseToken;
  readonly from: Before;
  readonly to: BareSpec;
  readonly since: number;
}

/**
 * Stops what runs, starts `spec` in its place and judges it; puts the old one back if the new one fails.
 * The old one's environment is kept outside of this process first, so that the next supervisor can put it back too.
 */
export function beginSwap(slot: Slot, spec: Spec, by: LeaseToken, drains: readonly DrainRef[]): void {
  const { environment, ...to } = spec;
  const swap: SwapUnderWay = { by, from: before(slot), to, since: machineClock.now() };
  slot.orderedBy = by;
  slot.become({ kind: "swapping", ...swap, next: null, puttingBack: false }, null);
  slot.begin(async (signal) => {
    const { run } = swap.from;
    if (run !== null) await endDrained(slot, run, drains);
    signal.throwIfAborted();
    const gone: SwapUnderWay = { ...swap, from: { ...swap.from, run: null } };
    slot.become({ kind: "swapping", ...gone, next: null, puttingBack: false });
    const next = await launchNext(slot, gone, environment, signal);
    if (next.kind === "failed") {
      return putBack(slot, gone, { release: to.release, by, why: next.why, log: [] }, signal);
    }
    return judgeSwap(slot, gone, next.run, signal);
  });
}

function before(slot: Slot): Before {
  const { holding } = slot;
  if (holding.kind === "exited") {
    const { spec, environment } = holding;
    const envelope = environment && seal(environment);
    discard(holding.envelope);
    return { spec, environment, run: null, envelope };
  }
  if ((holding.kind === "running" || holding.kind === "starting") && holding.run !== null) {
    const { spec, environment } = holding.run;
    return { spec, environment, run: holding.run, envelope: environment && seal(environment) };
  }
  throw new Error(`nothing to swap in ${slot.key}`);
}

type Next = { readonly kind: "next"; readonly run: Run } | { readonly kind: "failed"; readonly why: string };

async function launchNext(
  slot: Slot,
  swap: SwapUnderWay,
  environment: Environment,
  signal: AbortSignal,
): Promise<Next> {
  const prepared = await prepareLaunch(slot);
  signal.throwIfAborted();
  if (prepared.kind === "failed") return prepared;
  const launched = await launch(slot, swap.to, environment, prepared.control, (run) =>
    slot.become({ kind: "swapping", ...swap, next: run, puttingBack: false }),
  );
  signal.throwIfAborted();
  return launched.kind === "failed" ? launched : { kind: "next", run: launched.run };
}

/** Judges the new run of a swap; also one that an earlier supervisor started. */
export async function judgeSwap(
  slot: Slot,
  swap: SwapUnderWay,
  run: Run,
  signal: AbortSignal,
): Promise<void> {
  const verdict = await judge(run, slot.port, slot.around.timings.probeEveryMs, signal);
  if (verdict.kind === "passed") {
    slot.previous = swap.from.spec.release;
    return finish(slot, swap, run, verdict, signal);
  }
  const failure = failureOf(slot, run, swap.by, verdict.why);
  await killRun(run);
  signal.throwIfAborted();
  return putBack(slot, swap, failure, signal);
}

/** Starts the old one again and judges that too. If it fails as well, it is tried again like one that exited. */
export async function putBack(
  slot: Slot,
  swap: SwapUnderWay,
  failure: FailedStart,
  signal: AbortSignal,
): Promise<void> {
  const { spec, environment } = swap.from;
  slot.previous = null;
  slot.become({ kind: "swapping", ...swap, next: null, puttingBack: true }, failure);
  slot.around.say(`${slot.key}: putting ${spec.release} back`);
  const why =
    environment === null ? "was stopped for a swap" : await startOld(slot, swap, environment, signal);
  if (why === null) return;
  discard(swap.from.envelope);
  const waitMs = slot.around.timings.backOffMs;
  const again = await startAgain(slot, { spec, environment, why, restarts: 1, waitMs }, signal);
  if (again !== null) await keepRunning(slot, again.run, again.restarts, signal);
}

/** Null when the old one runs again, after it has been kept running until the signal; else why it does not. */
async function startOld(
  slot: Slot,
  swap: SwapUnderWay,
  environment: Environment,
  signal: AbortSignal,
): Promise<string | null> {
  const prepared = await prepareLaunch(slot);
  signal.throwIfAborted();
  if (prepared.kind === "failed") return prepared.why;
  const launched = await launch(slot, swap.from.spec, environment, prepared.control, (run) =>
    slot.become({ kind: "swapping", ...swap, next: run, puttingBack: true }),
  );
  signal.throwIfAborted();
  return launched.kind === "failed" ? launched.why : judgeOld(slot, swap, launched.run, signal);
}

/** Judges the old one that was put back; as {@link startOld}. */
export async function judgeOld(
  slot: Slot,
  swap: SwapUnderWay,
  run: Run,
  signal: AbortSignal,
): Promise<string | null> {
  const verdict = await judge(run, slot.port, slot.around.timings.probeEveryMs, signal);
  if (verdict.kind === "passed") {
    await finish(slot, swap, run, verdict, signal);
    return null;
  }
  await killRun(run);
  signal.throwIfAborted();
  return verdict.why;
}

function finish(
  slot: Slot,
  swap: SwapUnderWay,
  run: Run,
  verdict: Extract<Verdict, { kind: "passed" }>,
  signal: AbortSignal,
): Promise<void> {
  const settled = settle(slot, run, verdict, 0, signal);
  discard(swap.from.envelope);
  return settled;
}
