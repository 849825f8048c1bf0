import type { Milliseconds } from "../../fleet/time.ts";
import type { ProbeTarget } from "../../ports/prober.ts";
import type { MeasuredSample, Measurement } from "../measurement.ts";

export interface ResolvedTarget extends ProbeTarget {
  readonly addresses: readonly string[];
}

/** What the probe's thread is started with. */
export interface ProbeSetup {
  readonly targets: readonly ResolvedTarget[];
  readonly deadlineMs: Milliseconds;
  /** The run's clock is `process.hrtime` (one clock for all threads of a process) minus this. */
  readonly clockOrigin: Milliseconds;
}

export type ToProbe =
  | { readonly kind: "mark"; readonly phase: "during" | "after" }
  | { readonly kind: "stop" };

export type FromProbe =
  | { readonly kind: "started" }
  | { readonly kind: "sample"; readonly sample: MeasuredSample }
  | { readonly kind: "result"; readonly result: Measurement };
