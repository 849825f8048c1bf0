import type { Milliseconds } from "../fleet/time.ts";

/**
 * Every length of time that a rollout lives by and that nobody configures, in one place: the simulation shortens each
 * of them to nothing in turn and has to see a promise broken.
 */

/** Who has not answered a look by then is unknown for this round. */
export const OBSERVE_DEADLINE_MS: Milliseconds = 2_000;

/** A fact that is older than this is no fact any more: three missed looks of a fast loop, or one of a slow one. */
export const MAX_AGE_MS: Milliseconds = 5_000;

/** An order is accepted or refused within this time, and takes no effect after it; the host finishes it alone. */
export const ACT_DEADLINE_MS: Milliseconds = 5_000;

/** Nothing in flight for this long, at every look: a request that the balancer sent just before has arrived by then. */
export const IDLE_FOR_MS: Milliseconds = 1_000;

/** How long a drain lasts if nobody renews it: what a killed deployer leaves behind ends after this. */
export const DRAIN_LEASE_MS: Milliseconds = 30_000;

/** A killed deployer blocks the next one for no longer than this. */
export const LEASE_TTL_MS: Milliseconds = 30_000;
export const LEASE_RENEW_MS: Milliseconds = 5_000;
/** After a renewal that got no answer: whether the lease is still ours has to be known soon. */
export const LEASE_RETRY_MS: Milliseconds = 1_000;
/**
 * For how long a lease that could not be renewed is trusted: shorter than it lasts, because what is sent at the last
 * moment still has `ACT_DEADLINE_MS` to take effect, and because it was granted some time before we heard of it.
 */
export const LEASE_TRUST_MS: Milliseconds = LEASE_TTL_MS - 2 * ACT_DEADLINE_MS;

/** Something that a rule needs could not be read for this long: it is lost. As long as a lease, so that a restart passes. */
export const BLIND_LIMIT_MS: Milliseconds = 30_000;

/** How long a run that ends tries to put back what it drained; after that the drains' own leases do it. */
export const LAST_WORDS_MS: Milliseconds = 15_000;
