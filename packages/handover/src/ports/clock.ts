import type { Instant, Milliseconds } from "../fleet/time.ts";

/** The only source of time for everything that waits. Virtual in the simulation. */
export interface Clock {
  /** Monotonic; its origin means nothing. */
  now(): Instant;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}
