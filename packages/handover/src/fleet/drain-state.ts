import type { Milliseconds } from "./time.ts";

/** Who drained: a deploy (its lease makes it end by itself) or an operator (until `undrain`). */
export type DrainedBy = "deploy" | "operator";

/**
 * One drain that is held, and where it can be renewed: at the service (the contract) or at a load balancer (told).
 * `at` is opaque to the core; the adapter that reported it and the host that stops the slot understand it.
 */
export interface DrainRef {
  readonly via: "service" | "balancer";
  readonly id: string;
  readonly at: string;
}

export interface HeldDrain extends DrainRef {
  readonly by: DrainedBy;
  readonly forMs: Milliseconds;
  /** How long it will last if nobody renews it; null: until it is ended. */
  readonly leaseMs: Milliseconds | null;
}

export interface DrainState {
  readonly held: readonly HeldDrain[];
  /** Requests, WebSockets and event streams under way; null where nothing counts them. */
  readonly inFlight: number | null;
}
