import { rmSync } from "node:fs";
import type { DrainRef } from "../../../fleet/drain-state.ts";
import type { LeaseToken, ReleaseName } from "../../../fleet/ids.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import type { FailedStart, SlotContent } from "../../../fleet/slot-content.ts";
import type { Instant, Milliseconds } from "../../../fleet/time.ts";
import { writeAtomically } from "../../background/atomic-file.ts";
import type { ProcessIdentity } from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import type { Environment } from "./environment.ts";
import { logOf, recordOf, type Layout } from "./layout.ts";
import type { BareSpec, SlotView } from "./protocol.ts";
import type { HoldingRecord, SlotRecord } from "./record.ts";
import { recordOfRun, type Run } from "./run.ts";
import type { Timings } from "./timings.ts";

/** What a slot holds, with the processes themselves. Written down as a `HoldingRecord`, shown as a `SlotContent`. */
export type Holding =
  | { readonly kind: "empty" }
  | {
      readonly kind: "starting";
      readonly run: Run | null;
      readonly spec: BareSpec;
      readonly by: LeaseToken | null;
      readonly restarts: number;
      readonly since: Instant;
    }
  | {
      readonly kind: "running";
      readonly run: Run;
      readonly startUpMs: Milliseconds;
      readonly restarts: number;
      readonly since: Instant;
    }
  | {
      readonly kind: "exited";
      readonly spec: BareSpec;
      readonly environment: Environment | null;
      readonly why: string;
      readonly restarts: number;
      readonly envelope: ProcessIdentity | null;
    }
  | {
      readonly kind: "stopping";
      readonly run: Run;
      readonly drains: readonly DrainRef[];
      readonly by: LeaseToken | null;
      readonly since: Instant;
    }
  | {
      readonly kind: "swapping";
      readonly by: LeaseToken;
      readonly from: Before;
      readonly to: BareSpec;
      readonly next: Run | null;
      readonly puttingBack: boolean;
      readonly since: Instant;
    };

/** What ran in a slot before a swap, with all that it takes to start it again. */
export interface Before {
  readonly spec: BareSpec;
  readonly run: Run | null;
  readonly environment: Environment | null;
  readonly envelope: ProcessIdentity | null;
}

/** What every slot of one supervisor shares. */
export interface Surroundings {
  readonly layout: Layout;
  readonly timings: Timings;
  /** Ports that are promised to a slot or a control listener. */
  readonly promised: Set<number>;
  /** One line to the supervisor's log. */
  say(line: string): void;
}

/** One slot: what it holds, and the one task that works on it. Whatever changes is on disk before its first effect. */
export class Slot {
  readonly key: SlotKey;
  readonly port: number;
  readonly around: Surroundings;
  holding: Holding = { kind: "empty" };
  failure: FailedStart | null = null;
  /** The deploy whose start or swap led to what is here. */
  orderedBy: LeaseToken | null = null;
  /** What the last swap replaced here. */
  previous: ReleaseName | null = null;
  #task = new AbortController();
  /** The work under way, for whoever has to wait until it is over. */
  working: Promise<void> = Promise.resolve();

  constructor(key: SlotKey, port: number, around: Surroundings) {
    this.key = key;
    this.port = port;
    this.around = around;
  }

  get log(): string {
    return logOf(this.around.layout, this.key);
  }

  become(holding: Holding, failure: FailedStart | null = this.failure): void {
    this.holding = holding;
    this.failure = failure;
    this.save(null);
  }

  /** `launching`: the control address of a process that will be started next. */
  save(launching: string | null): void {
    const path = recordOf(this.around.layout, this.key);
    try {
      if (this.holding.kind === "empty" && this.failure === null && launching === null) {
        rmSync(path, { force: true });
        return;
      }
      const holding = recordOfHolding(this.holding);
      const { key: slot, failure, orderedBy, previous } = this;
      writeAtomically(path, { slot, failure, orderedBy, previous, launching, holding } satisfies SlotRecord);
    } catch (error) {
      // A full disk must not keep an order from being finished: only a killed supervisor would need the record.
      this.around.say(`${this.key}: could not be written down: ${String(error)}`);
    }
  }

  /** Calls off the task that works on this slot, and begins another. */
  begin(task: (signal: AbortSignal) => Promise<void>): void {
    this.#task.abort(new Error("another order took over"));
    this.#task = new AbortController();
    const { signal } = this.#task;
    this.working = task(signal).catch((error: unknown) => {
      if (!signal.aborted) this.around.say(`${this.key}: ${String(error)}`);
    });
  }

  callOff(): void {
    this.#task.abort(new Error("called off"));
  }

  view(): SlotView {
    const run = liveRun(this.holding);
    return {
      slot: this.key,
      address: `127.0.0.1:${this.port}`,
      control: run?.control ?? null,
      content: contentOf(this.holding),
      failure: this.failure,
      orderedBy: this.orderedBy,
      previous: this.previous,
    };
  }
}

/** The process that a slot's address leads to now, if any. */
export function liveRun(holding: Holding): Run | null {
  if (holding.kind === "empty" || holding.kind === "exited") return null;
  if (holding.kind === "swapping") return holding.next ?? holding.from.run;
  return holding.run;
}

function contentOf(holding: Holding): SlotContent {
  if (holding.kind === "empty") return { kind: "empty" };
  if (holding.kind === "exited") {
    const { why, restarts, spec } = holding;
    return { kind: "exited", release: spec.release, why, restarts };
  }
  const forMs = Math.max(0, machineClock.now() - holding.since);
  if (holding.kind === "swapping") {
    return { kind: "swapping", from: holding.from.spec.release, to: holding.to.release, forMs };
  }
  if (holding.run === null) return { kind: "empty" };
  const { id: run, spec } = holding.run;
  if (holding.kind === "running") {
    const { startUpMs, restarts } = holding;
    return { kind: "running", release: spec.release, run, forMs, startUpMs, restarts };
  }
  return { kind: holding.kind, release: spec.release, run, forMs };
}

function recordOfHolding(holding: Holding): HoldingRecord {
  switch (holding.kind) {
    case "starting": {
      const { run, ...rest } = holding;
      return { ...rest, run: run && recordOfRun(run) };
    }
    case "running":
      return { ...holding, run: recordOfRun(holding.run) };
    case "stopping": {
      const { run, drains, since } = holding;
      return { kind: "stopping", run: recordOfRun(run), drains, since };
    }
    case "exited": {
      const { spec, why, restarts, envelope } = holding;
      return { kind: "exited", spec, why, restarts, envelope };
    }
    case "swapping": {
      const { from, next, ...rest } = holding;
      const { spec, run, envelope } = from;
      return {
        ...rest,
        from: { spec, run: run && recordOfRun(run), envelope },
        next: next && recordOfRun(next),
      };
    }
    case "empty":
    default:
      return { kind: "empty" };
  }
}
