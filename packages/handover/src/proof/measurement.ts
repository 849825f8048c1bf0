import type { Instant } from "../fleet/time.ts";
import type {
  Latency,
  Prober,
  ProbeFailure,
  ProbeResult,
  ProbeSample,
  ProbeTarget,
  RunningProbe,
} from "../ports/prober.ts";

/** A stretch without a good answer. */
export interface Gap {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * A failed request. The first {@link ProbeFailure}s of a run stand one by one; later ones of the same kind, target and
 * connection in the same second are one entry with a `count`, timed as the last of them, so that hours of failing stay small.
 */
export interface MeasuredFailure extends ProbeFailure {
  readonly sentAt: Instant;
  readonly count: number;
}

export interface MeasuredSample extends ProbeSample {
  /** The longest stretch without a good answer that ended in this sample or still lasts; null while there is none. */
  readonly gap: Gap | null;
  /** Why the latest failure of this sample failed. */
  readonly lastWhy: string | null;
  readonly inFlight: number;
}

export interface TargetMeasurement {
  readonly url: string;
  readonly sent: number;
  readonly failed: number;
  readonly latency: Latency;
}

/** Everything that a probe measured. `latency` is that of the first target; each has its own in `targets`. */
export interface Measurement extends ProbeResult {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly failures: readonly MeasuredFailure[];
  readonly samples: readonly MeasuredSample[];
  readonly targets: readonly TargetMeasurement[];
  /**
   * Requests that were sent again on a fresh connection, because the kept-alive one turned out closed before a byte came
   * back. Every good HTTP client does so for a GET, thus a user sees nothing of it: it counts as failed only if the second
   * fails too.
   */
  readonly repeated: number;
  /** Requests that were sent more than 20 ms after they were due: the probe's own thread was behind. */
  readonly late: number;
  /** Requests that were never sent, because the thread stood still for more than five seconds (a suspended machine). */
  readonly skipped: number;
}

export interface MeasuringProbe extends RunningProbe {
  stop(): Promise<Measurement>;
}

/** A {@link Prober} that tells all that it measured. */
export interface MeasuringProber extends Prober {
  start(targets: readonly ProbeTarget[], onSample: (sample: MeasuredSample) => void): Promise<MeasuringProbe>;
}
