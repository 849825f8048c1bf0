import type { LeaseToken } from "../fleet/ids.ts";
import type { Milliseconds } from "../fleet/time.ts";

export interface LeaseHolder {
  /** `ada@laptop`. */
  readonly owner: string;
  /** Process id on that machine. */
  readonly pid: number;
  readonly heldForMs: Milliseconds;
  readonly expiresInMs: Milliseconds;
}

export type Acquired =
  | { readonly kind: "held"; readonly token: LeaseToken }
  | { readonly kind: "taken"; readonly holder: LeaseHolder };

/** One deploy at a time for a service and environment. Lasts 30 s and is renewed every 5 s, so that a dead holder frees it. */
export interface Lease {
  acquire(ttlMs: Milliseconds, signal: AbortSignal): Promise<Acquired>;
  /** False when it is no longer ours. */
  renew(token: LeaseToken, ttlMs: Milliseconds, signal: AbortSignal): Promise<boolean>;
  /** Safe to repeat: a lease that is gone stays gone. */
  release(token: LeaseToken, signal: AbortSignal): Promise<void>;
}
