import type { InstanceId, ReleaseName, RunId } from "../fleet/ids.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { Instant } from "../fleet/time.ts";

/**
 * What one run has to remember because no later observation can tell it. A plain value: the next run of anybody starts
 * with a new one, and nothing is lost that matters.
 */
export interface Memory {
  /** What each instance ran when this run first saw it; null: nothing. Going back means this. */
  readonly before: Readonly<Record<InstanceId, ReleaseName | null>>;
  /** Instances that this run has begun to change, and whether each served just before that. */
  readonly begun: Readonly<Record<InstanceId, { readonly served: boolean }>>;
  /** Instances of the new release that failed in this run, and why. */
  readonly failed: Readonly<Record<InstanceId, Failure>>;
  /** Runs of the new release that were in rotation once (and at which balancers), so that losing them is noticed. */
  readonly joined: Readonly<Record<SlotKey, { readonly run: RunId; readonly generation: string }>>;
  /** Since when each slot that is out has had nothing in flight, at every observation. */
  readonly idleSince: Readonly<Record<SlotKey, Instant>>;
  /** When an instance last became healthy, or the run began. */
  readonly progressAt: Instant;
  /** The most instances that had reached their target at once so far, or since the last failure changed the targets. */
  readonly settled: number;
  /** Since when something that we have to know has been unreadable. */
  readonly blindSince: Instant | null;
  /** Something other than the release was lost: the run can only end. */
  readonly lost: { readonly why: string; readonly at: Instant } | null;
  readonly interrupted: boolean;
  /** A failure sends every instance of this run back (`onFailure: rollback`). Once begun that is not turned round. */
  readonly rollsBack: boolean;
}

export interface Failure {
  readonly why: string;
  readonly log: readonly string[];
  /** Going back failed too: there is nothing left to try for this instance. */
  readonly beyondRepair: boolean;
}

export function freshMemory(now: Instant): Memory {
  return {
    before: {},
    begun: {},
    failed: {},
    joined: {},
    idleSince: {},
    progressAt: now,
    settled: 0,
    blindSince: null,
    lost: null,
    interrupted: false,
    rollsBack: false,
  };
}

/** The run winds down: nothing new is begun, what is at hand is finished or put back. */
export function windsDown(memory: Memory): boolean {
  return memory.interrupted || memory.lost !== null || Object.keys(memory.failed).length > 0;
}
