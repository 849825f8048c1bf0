import type { Instant, Milliseconds } from "../fleet/time.ts";

/** One kind of request that the probe sends through the load balancer, open-loop, at a fixed rate. */
export interface ProbeTarget {
  readonly url: string;
  readonly ratePerSecond: number;
  /** Answers at or above this status have failed; `expect: "<500"` is 500. */
  readonly failFromStatus: number;
}

export interface ProbeFailure {
  readonly at: Instant;
  readonly url: string;
  /** `status 502`, `ECONNRESET`, `timeout`. Failures of the same kind are told apart by this. */
  readonly why: string;
  readonly connection: "new" | "kept-alive";
}

export interface Latency {
  readonly p50Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
}

/** What was sent since the last sample, for the live view. */
export interface ProbeSample {
  readonly at: Instant;
  readonly sent: number;
  readonly failed: number;
  readonly latency: Latency;
}

export interface ProbeResult {
  readonly total: number;
  readonly failures: readonly ProbeFailure[];
  /** The longest time between two successive good answers over all connections, while counting. */
  readonly longestGapMs: Milliseconds;
  readonly latency: {
    readonly before: Latency;
    readonly during: Latency;
    readonly after: Latency;
    readonly all: Latency;
  };
  readonly samples: readonly ProbeSample[];
}

/** A probe that runs. Times are on the run's clock. */
export interface RunningProbe {
  /** The first action has happened (`during`), or the last one (`after`). */
  mark(phase: "during" | "after"): void;
  /** Stops sending, waits for what is in flight, and sums up. */
  stop(): Promise<ProbeResult>;
}

export interface Prober {
  /** Sends in a thread of its own until stopped. `onSample` is called about four times a second. */
  start(targets: readonly ProbeTarget[], onSample: (sample: ProbeSample) => void): Promise<RunningProbe>;
}
