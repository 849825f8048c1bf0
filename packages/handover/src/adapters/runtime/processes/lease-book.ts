import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";
import { leaseToken, type LeaseToken } from "../../../fleet/ids.ts";
import type { Instant, Milliseconds } from "../../../fleet/time.ts";
import { readParsed, writeAtomically } from "../../background/atomic-file.ts";
import { bootId, lives } from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import { leaseTokenSchema, type HolderView, type LeaseRequest } from "./protocol.ts";

interface HeldLease {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly startTime: string;
  readonly token: LeaseToken;
  /** On the machine's clock, in this boot. */
  readonly takenAt: Instant;
  readonly expiresAt: Instant;
  readonly bootId: string;
}

const schema: z.ZodType<HeldLease> = z.object({
  owner: z.string(),
  host: z.string(),
  pid: z.number(),
  startTime: z.string(),
  token: leaseTokenSchema,
  takenAt: z.number(),
  expiresAt: z.number(),
  bootId: z.string(),
});

/** Who may give orders. One at a time; written down, so that the next supervisor honours it too. */
export class LeaseBook {
  readonly #path: string;
  #lease: HeldLease | null;

  constructor(path: string) {
    this.#path = path;
    const kept = readParsed(path, schema);
    this.#lease = kept?.bootId === bootId() ? kept : null;
  }

  /** A holder that has expired, or that ran on this machine and has gone, does not stand in the way. */
  acquire(request: LeaseRequest): { readonly token: LeaseToken } | { readonly holder: HolderView } {
    const holder = this.holder();
    if (holder !== null) return { holder };
    const { ttlMs, ...who } = request;
    const takenAt = machineClock.now();
    const token = leaseToken(randomBytes(12).toString("hex"));
    this.#keep({ ...who, token, takenAt, expiresAt: takenAt + ttlMs, bootId: bootId() });
    return { token };
  }

  /** False when it is no longer the lease. */
  renew(token: LeaseToken, ttlMs: Milliseconds): boolean {
    if (this.#lease === null || !this.holds(token)) return false;
    this.#keep({ ...this.#lease, expiresAt: machineClock.now() + ttlMs });
    return true;
  }

  release(token: LeaseToken): void {
    if (this.#lease?.token === token) this.#keep(null);
  }

  /** Whether orders with this token may be given now. */
  holds(token: LeaseToken): boolean {
    return this.#lease !== null && this.#lease.token === token && !expired(this.#lease);
  }

  holder(): HolderView | null {
    const lease = this.#lease;
    if (lease === null || expired(lease) || hasGone(lease)) return null;
    const now = machineClock.now();
    const { owner, host, pid, takenAt, expiresAt } = lease;
    return { owner, host, pid, heldForMs: now - takenAt, expiresInMs: expiresAt - now };
  }

  /** On a full disk the lease is kept in memory alone: only a killed supervisor would need the file, and its deploy stops. */
  #keep(lease: HeldLease | null): void {
    this.#lease = lease;
    try {
      if (lease === null) rmSync(this.#path, { force: true });
      else writeAtomically(this.#path, lease);
    } catch {
      // The next supervisor refuses a lease that it does not know.
    }
  }
}

function expired(lease: HeldLease): boolean {
  return machineClock.now() >= lease.expiresAt;
}

function hasGone(lease: HeldLease): boolean {
  return lease.host === hostname() && !lives(lease);
}
