/** Milliseconds on a monotonic clock with an arbitrary origin. Instants of two clocks are never compared. */
export type Instant = number;
/** A length of time in milliseconds. */
export type Milliseconds = number;
