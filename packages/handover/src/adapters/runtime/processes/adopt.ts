import { killGroup, identityOf, lives } from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import { renewAll } from "./drains.ts";
import { discard, unseal } from "./envelope.ts";
import { processStartedWith } from "./environment.ts";
import { judgeAgain, keepRunning, startAgain } from "./keep-running.ts";
import type { HoldingRecord, SlotRecord } from "./record.ts";
import { adopt, type Run } from "./run.ts";
import type { Before, Slot } from "./slot.ts";
import { judgeStart } from "./start.ts";
import { finishStop } from "./stop.ts";
import { judgeOld, judgeSwap, putBack, type SwapUnderWay } from "./swap.ts";

/**
 * Takes over a slot from an earlier supervisor: what runs is adopted by pid and start time, and a step that it had begun
 * is finished or undone. An old release that may still be sent requests is never ended here: its drains may be over.
 */
export function takeOver(slot: Slot, record: SlotRecord): void {
  slot.failure = record.failure;
  slot.orderedBy = record.orderedBy;
  slot.previous = record.previous;
  endStray(slot, record.launching);
  const { holding } = record;
  switch (holding.kind) {
    case "starting":
      return takeOverStart(slot, holding);
    case "running":
      return takeOverRunning(slot, holding);
    case "exited":
      return takeOverExited(slot, holding);
    case "stopping":
      return takeOverStop(slot, holding);
    case "swapping":
      return takeOverSwap(slot, holding);
    case "empty":
    default:
      return slot.become({ kind: "empty" });
  }
}

/** A process that was started, but whose pid was never written down, is nobody's: it is ended. */
function endStray(slot: Slot, launching: string | null): void {
  const pid = launching === null ? null : processStartedWith(slot.key, launching);
  const identity = pid === null ? null : identityOf(pid);
  if (identity !== null) killGroup(identity);
}

type Was<Kind extends HoldingRecord["kind"]> = Extract<HoldingRecord, { kind: Kind }>;

function adopted(slot: Slot, record: Was<"running">["run"] | null): Run | null {
  return record === null ? null : adopt(record, slot.around.timings.watchEveryMs);
}

function takeOverStart(slot: Slot, was: Was<"starting">): void {
  const run = adopted(slot, was.run);
  const { by, spec, restarts, since } = was;
  if (run !== null) {
    slot.become({ kind: "starting", run, spec, by, restarts, since });
    slot.begin(async (signal) => {
      if (by !== null) return judgeStart(slot, run, by, restarts, signal);
      const why = await judgeAgain(slot, run, restarts, signal);
      if (why === null) return keepRunning(slot, run, restarts, signal);
      return tryAgain(
        slot,
        { spec, environment: run.environment, run, envelope: null },
        why,
        restarts + 1,
        signal,
      );
    });
    return;
  }
  const why = "ended while no supervisor watched";
  if (by !== null) slot.become({ kind: "empty" }, { release: spec.release, by, why, log: [] });
  else slot.become({ kind: "exited", spec, environment: null, why, restarts: restarts + 1, envelope: null });
}

function takeOverRunning(slot: Slot, was: Was<"running">): void {
  const run = adopted(slot, was.run);
  const { startUpMs, restarts, since } = was;
  if (run !== null) {
    slot.become({ kind: "running", run, startUpMs, restarts, since });
    slot.begin((signal) => keepRunning(slot, run, restarts, signal));
    return;
  }
  const why = "ended while no supervisor watched";
  const { spec } = was.run;
  slot.become({ kind: "exited", spec, environment: null, why, restarts: restarts + 1, envelope: null });
}

function takeOverExited(slot: Slot, was: Was<"exited">): void {
  const before: Before = {
    spec: was.spec,
    run: null,
    environment: unseal(was.envelope),
    envelope: was.envelope,
  };
  slot.become({ kind: "exited", ...before, why: was.why, restarts: was.restarts });
  slot.begin((signal) => tryAgain(slot, before, was.why, was.restarts, signal));
}

/** With its drains held the stop is finished; else what runs may be sent requests again, and so it stays. */
function takeOverStop(slot: Slot, was: Was<"stopping">): void {
  const run = adopted(slot, was.run);
  if (run === null) return slot.become({ kind: "empty" });
  const { drains, since } = was;
  slot.become({ kind: "stopping", run, drains, by: null, since });
  slot.begin(async (signal) => {
    const ended = await renewAll(drains, slot.around.timings.drainLeaseMs, run.control);
    signal.throwIfAborted();
    if (ended === null) return finishStop(slot, run, drains, signal);
    return stay(slot, run, signal);
  });
  return undefined;
}

function takeOverSwap(slot: Slot, was: Was<"swapping">): void {
  const { by, to, since, puttingBack } = was;
  const next = adopted(slot, was.next);
  const old = adopted(slot, was.from.run);
  const environment = old?.environment ?? unseal(was.from.envelope);
  const swap: SwapUnderWay = { by, to, since, from: { ...was.from, run: null, environment } };
  slot.become({ kind: "swapping", ...swap, from: { ...swap.from, run: old }, next, puttingBack });
  slot.begin(async (signal) => {
    const why = `the supervisor was ended during the swap, so ${swap.from.spec.release} was put back`;
    const failure = slot.failure ?? { release: to.release, by, why, log: [] };
    if (next !== null && !puttingBack) return judgeSwap(slot, swap, next, signal);
    if (next !== null) {
      const whyNot = await judgeOld(slot, swap, next, signal);
      if (whyNot !== null) await tryAgain(slot, swap.from, whyNot, 1, signal);
      return undefined;
    }
    if (old === null) return putBack(slot, swap, failure, signal);
    discard(was.from.envelope);
    slot.failure = failure;
    return stay(slot, old, signal);
  });
}

/**
 * What an interrupted order was to end, but still runs, is kept running. If it had been told to end already it will,
 * and is then started again.
 */
function stay(slot: Slot, run: Run, signal: AbortSignal): Promise<void> {
  const since = machineClock.now();
  slot.become({ kind: "running", run, startUpMs: 0, restarts: 0, since });
  return keepRunning(slot, run, 0, signal);
}

async function tryAgain(
  slot: Slot,
  what: Before,
  why: string,
  restarts: number,
  signal: AbortSignal,
): Promise<void> {
  const { spec, environment, envelope } = what;
  const waitMs = slot.around.timings.backOffMs;
  try {
    const again = await startAgain(slot, { spec, environment, why, restarts, waitMs }, signal);
    if (again !== null) await keepRunning(slot, again.run, again.restarts, signal);
  } finally {
    if (envelope !== null && lives(envelope)) discard(envelope);
  }
}
