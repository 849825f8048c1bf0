import { known, type Fact } from "../fleet/fact.ts";
import type { LeaseToken } from "../fleet/ids.ts";
import type { Clock } from "../ports/clock.ts";
import { withDeadline } from "../ports/deadline.ts";
import type { Lease } from "../ports/lease.ts";
import { LEASE_TTL_MS, LEASE_RENEW_MS, LEASE_RETRY_MS, LEASE_TRUST_MS } from "./deadlines.ts";

export interface LeaseKeeper {
  /** Whether the lease is ours; `at` is the last time that was confirmed. */
  state(): Fact<"held" | "lost">;
  /** Stops renewing and gives the lease back. */
  end(): Promise<void>;
}

/**
 * Renews a lease until ended. A renewal that cannot be sent leaves it held for {@link LEASE_TRUST_MS}; then, and as
 * soon as a renewal is refused, it is lost for good. Renewing is safe to repeat: it only moves the expiry.
 */
export function keepLease(lease: Lease, token: LeaseToken, clock: Clock): LeaseKeeper {
  const ended = new AbortController();
  let confirmedAt = clock.now();
  let lost = false;
  const renewal = (async () => {
    let pauseMs = LEASE_RENEW_MS;
    while (!ended.signal.aborted && !lost) {
      await clock.sleep(pauseMs, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      const sentAt = clock.now();
      const ours = await withDeadline(clock, LEASE_RENEW_MS, "renewing the lease", (signal) =>
        lease.renew(token, LEASE_TTL_MS, signal),
      ).catch(() => null);
      if (ours === true) confirmedAt = sentAt;
      pauseMs = ours === null ? LEASE_RETRY_MS : LEASE_RENEW_MS;
      lost ||= ours === false || clock.now() - confirmedAt >= LEASE_TRUST_MS;
    }
  })();
  return {
    state: () => {
      lost ||= clock.now() - confirmedAt >= LEASE_TRUST_MS;
      return known(lost ? "lost" : "held", clock.now());
    },
    end: async () => {
      ended.abort();
      await renewal;
      if (lost) return;
      await withDeadline(clock, LEASE_RENEW_MS, "giving the lease back", (signal) =>
        lease.release(token, signal),
      ).catch(() => undefined);
    },
  };
}
