import { randomBytes } from "node:crypto";

/**
 * The one drain that a service may be under. Its lease is compared with a monotonic clock whenever somebody asks,
 * so there is no timer that could be late, be lost or keep the process alive.
 */

export interface DrainView {
  readonly id: string;
  readonly by: string;
  readonly forMs: number;
  /** What is left of the lease, in milliseconds; null: until it is undone. */
  readonly leaseMs: number | null;
}

export type Hold =
  | { readonly kind: "held"; readonly id: string }
  | { readonly kind: "refused"; readonly id: string; readonly by: string };

interface Held {
  readonly id: string;
  readonly by: string;
  readonly since: number;
  readonly endsAt: number | null;
}

export class Drain {
  readonly #now: () => number;
  #held: Held | null = null;

  /** `now` is monotonic, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Begins a drain; the same `by` again renews its own and keeps the id, so a lost answer can be asked for again. */
  hold(by: string, leaseMs: number | null): Hold {
    const held = this.#current();
    if (held !== null && held.by !== by) return { kind: "refused", id: held.id, by: held.by };
    const id = held?.id ?? `d-${randomBytes(4).toString("hex")}`;
    this.#held = { id, by, since: held?.since ?? this.#now(), endsAt: this.#endOf(leaseMs) };
    return { kind: "held", id };
  }

  /** Sets what is left of the lease; false if that drain has ended. */
  renew(id: string, leaseMs: number | null): boolean {
    const held = this.#current();
    if (held?.id !== id) return false;
    this.#held = { ...held, endsAt: this.#endOf(leaseMs) };
    return true;
  }

  /** Ends this drain and no other; one that has ended stays ended. */
  end(id: string): void {
    if (this.#held?.id === id) this.#held = null;
  }

  view(): DrainView | null {
    const held = this.#current();
    if (held === null) return null;
    const now = this.#now();
    return {
      id: held.id,
      by: held.by,
      forMs: Math.round(now - held.since),
      leaseMs: held.endsAt === null ? null : Math.ceil(held.endsAt - now),
    };
  }

  get isHeld(): boolean {
    return this.#current() !== null;
  }

  #current(): Held | null {
    if (this.#held !== null && this.#held.endsAt !== null && this.#held.endsAt <= this.#now())
      this.#held = null;
    return this.#held;
  }

  #endOf(leaseMs: number | null): number | null {
    return leaseMs === null ? null : this.#now() + leaseMs;
  }
}
