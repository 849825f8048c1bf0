import type { HostId, InstanceId, ReleaseName } from "../../fleet/ids.ts";
import type { Evidence } from "../../fleet/rotation.ts";
import type { Milliseconds } from "../../fleet/time.ts";
import type { Latency } from "../../ports/prober.ts";
import type { Halt } from "../../rollout/decision.ts";
import type { StepName } from "../../rollout/rollout-event.ts";

/** What a deploy, rollback, restart or demo ends with: a JSON value. Wall times are ISO 8601 in UTC. */
export interface Report {
  readonly kind: "report";
  readonly at: string;
  readonly outcome: "done" | "halted" | "refused" | "interrupted";
  readonly service: string;
  readonly environment: string;
  readonly from: ReleaseName | null;
  readonly to: ReleaseName;
  readonly startedAt: string;
  readonly durationMs: Milliseconds;
  readonly requests: ReportRequests;
  readonly rotation: ReportRotation;
  readonly predicted: Prediction | null;
  readonly instances: readonly ReportInstance[];
  readonly waits: readonly ReportWait[];
  readonly cuts: readonly ReportCut[];
  readonly halt: Halt | null;
}

/** What users saw, as far as the probe can tell. All zero where nothing was probed. */
export interface ReportRequests {
  /** Requests that count: all that were sent, less those in `notCounted`. */
  readonly total: number;
  /** Failed, and counted against the deploy. */
  readonly failed: number;
  /** Users' requests that were still under way when a drain reached its deadline, and were ended. */
  readonly cut: number;
  readonly longestGapMs: Milliseconds;
  readonly p50Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  readonly latency: { readonly before: Latency; readonly during: Latency; readonly after: Latency };
  /** Sent again on a fresh connection, as every HTTP client does, and unseen by users. */
  readonly repeated: number;
  /** Sent later than planned, because this machine was busy. */
  readonly late: number;
  readonly skipped: number;
  /** Failures that are not the deploy's: they were there `before`, or Handover's own `network` failed too. */
  readonly notCounted: { readonly before: number; readonly network: number };
  /** The first 100 that count. */
  readonly failures: readonly ReportFailure[];
}

export interface ReportFailure {
  readonly at: string;
  readonly url: string;
  readonly why: string;
  readonly connection: "new" | "kept-alive";
  readonly count: number;
}

export interface ReportRotation {
  readonly floor: number;
  /** The fewest in rotation from the first action; where nothing served at the start, from when the floor was reached. */
  readonly minimum: number;
  /** `[milliseconds since the start, in rotation from then on]`. */
  readonly overTime: readonly (readonly [Milliseconds, number])[];
}

export interface Prediction {
  readonly durationMs: Milliseconds;
  readonly minimum: number;
  readonly range?: { readonly fromMs: Milliseconds; readonly toMs: Milliseconds };
}

export interface ReportInstance {
  readonly id: InstanceId;
  readonly host: HostId;
  readonly from: ReleaseName | null;
  /** What it should run; null: nothing any more. */
  readonly to: ReleaseName | null;
  /** What it runs at the end. */
  readonly runs: ReleaseName | null;
  readonly inRotation: boolean;
  readonly outcome: "replaced" | "kept" | "restored" | "failed";
  readonly steps: readonly ReportStep[];
}

export interface ReportStep {
  readonly step: StepName;
  readonly startedAt: string;
  readonly durationMs: Milliseconds;
  readonly evidence: Evidence | null;
  /** False: the run ended before the step did. */
  readonly ended: boolean;
}

export interface ReportWait {
  readonly instance: InstanceId;
  readonly what: string;
  readonly startedAt: string;
  readonly durationMs: Milliseconds;
  /** The evidence that ended it; null where it ended by something else than rotation. */
  readonly evidence: Evidence | null;
}

export interface ReportCut {
  readonly instance: InstanceId;
  readonly at: string;
  readonly requests: number;
}
