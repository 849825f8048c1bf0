import { HandoverError } from "../errors/handover-error.ts";
import type { LeaseToken } from "../fleet/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Lease, LeaseHolder } from "../ports/lease.ts";
import { LEASE_TTL_MS, LEASE_RENEW_MS } from "../rollout/deadlines.ts";

const LOOK_EVERY_MS = 500;

/**
 * Takes the lease. One that is held is watched: if its holder renews it, the holder lives, and this deploy is refused with
 * LEASE_HELD; if not, the holder is dead, and the lease is taken as soon as it expires.
 */
export async function takeLease(
  lease: Lease,
  clock: Clock,
  signal: AbortSignal,
  onWait: (holder: LeaseHolder) => void,
): Promise<LeaseToken> {
  let earlier: { readonly expiresAt: number } | null = null;
  for (;;) {
    const acquired = await lease.acquire(LEASE_TTL_MS, signal);
    if (acquired.kind === "held") return acquired.token;
    const { holder } = acquired;
    const expiresAt = clock.now() + holder.expiresInMs;
    if (earlier === null) onWait(holder);
    else if (expiresAt > earlier.expiresAt + LEASE_RENEW_MS / 2) throw held(holder);
    earlier ??= { expiresAt };
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function held({ owner, pid, heldForMs }: LeaseHolder): HandoverError {
  const seconds = Math.round(heldForMs / 1000);
  return new HandoverError("LEASE_HELD", `${owner} (process ${pid}) has been deploying for ${seconds} s`, {
    next: "Wait until that deploy is over, then try again.",
  });
}
