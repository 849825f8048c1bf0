import { randomBytes } from "node:crypto";
import type { SlotKey } from "../../../fleet/instance.ts";
import type { Milliseconds } from "../../../fleet/time.ts";
import { afterCheck, afterRefusedConnection, unchecked, type CheckRun } from "../../../health/check-run.ts";
import type { HealthSettings } from "../../../health/settings.ts";
import type { BalancedSlot, BalancerDrain, SlotAddress } from "./control-contract.ts";
import type { CheckResult } from "./health-check.ts";
import { SlotConnections } from "./slot-connections.ts";

export type Held =
  | { readonly kind: "held"; readonly id: string }
  | { readonly kind: "taken"; readonly id: string; readonly by: string };

interface Drain {
  readonly id: string;
  readonly by: string;
  readonly since: number;
  endsAt: number | null;
  timer: NodeJS.Timeout | null;
}

/**
 * One slot as the balancer sees it: in rotation while its own checks say healthy and no drain is held.
 * All times are on the process's monotonic clock.
 */
export class Slot {
  readonly name: SlotKey;
  readonly host: string;
  readonly port: number;
  readonly connections: SlotConnections = new SlotConnections();
  #run: CheckRun = unchecked;
  #last: { readonly at: number; readonly why: string } | null = null;
  #drain: Drain | null = null;
  #in = false;
  #since: number = performance.now();
  #inFlight = 0;
  #whenIdle: (() => void) | null = null;

  constructor(address: SlotAddress) {
    this.name = address.slot;
    this.host = address.host;
    this.port = address.port;
  }

  get address(): string {
    return this.host.includes(":") ? `[${this.host}]:${this.port}` : `${this.host}:${this.port}`;
  }

  get in(): boolean {
    return this.#in;
  }

  /** Its own checks have said what they have to say: it is healthy, or the last one failed. */
  get judged(): boolean {
    return this.#run.count > 0 && (this.#run.healthy || !this.#run.passing);
  }

  get drain(): BalancerDrain | null {
    if (this.#drain === null) return null;
    const { id, by, since, endsAt } = this.#drain;
    const now = performance.now();
    const leaseMs = endsAt === null ? null : Math.max(0, Math.round(endsAt - now));
    return { id, by, forMs: Math.round(now - since), leaseMs };
  }

  /** Counts one request in flight until the function that it returns is called, the first time. */
  begin(): () => void {
    this.#inFlight += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#whenIdle?.();
    };
  }

  checked(result: CheckResult, settings: HealthSettings): void {
    this.#run =
      result.kind === "refused"
        ? afterRefusedConnection(this.#run)
        : afterCheck(this.#run, result.kind === "passed", settings);
    this.#last = { at: performance.now(), why: result.why };
    this.#settle();
  }

  /** A request found nobody listening: out at once, without waiting for the next check. */
  refused(): void {
    this.#run = afterRefusedConnection(this.#run);
    this.#settle();
  }

  /** In at once after one passed check, whatever the threshold. */
  admit(settings: HealthSettings, why: string): void {
    this.checked({ kind: "passed", why }, { ...settings, healthyThreshold: 1 });
  }

  /** Begins a drain, or renews the one that the same `by` holds. Another's is left as it is. */
  hold(by: string, leaseMs: Milliseconds | null): Held {
    if (this.#drain !== null && this.#drain.by !== by) {
      return { kind: "taken", id: this.#drain.id, by: this.#drain.by };
    }
    this.#drain ??= {
      id: `d-${randomBytes(4).toString("hex")}`,
      by,
      since: performance.now(),
      endsAt: null,
      timer: null,
    };
    this.#lease(this.#drain, leaseMs);
    this.#settle();
    return { kind: "held", id: this.#drain.id };
  }

  /** False when this drain has ended. */
  renew(id: string, leaseMs: Milliseconds | null): boolean {
    if (this.#drain?.id !== id) return false;
    this.#lease(this.#drain, leaseMs);
    return true;
  }

  /** Its own checks decide from now on: they went on all the time. */
  undrain(id: string): void {
    if (this.#drain?.id !== id) return;
    if (this.#drain.timer !== null) clearTimeout(this.#drain.timer);
    this.#drain = null;
    this.#settle();
  }

  /** Takes the slot out for good; `whenIdle` is called once nothing is in flight. */
  remove(whenIdle: () => void): void {
    this.#run = unchecked;
    if (this.#drain !== null) this.undrain(this.#drain.id);
    this.#settle();
    this.#whenIdle = whenIdle;
    if (this.#inFlight === 0) whenIdle();
  }

  /** Undoes {@link remove}; out until its checks have passed, like a fresh one. */
  comeBack(): void {
    this.#whenIdle = null;
  }

  state(): BalancedSlot {
    const now = performance.now();
    const last = this.#last;
    return {
      slot: this.name,
      address: this.address,
      in: this.#in,
      forMs: Math.round(now - this.#since),
      inFlight: this.#inFlight,
      check: {
        passing: this.#run.passing,
        count: this.#run.count,
        healthy: this.#run.healthy,
        lastAgoMs: last === null ? null : Math.round(now - last.at),
        lastWhy: last === null ? null : last.why,
      },
      drain: this.drain,
    };
  }

  #lease(drain: Drain, leaseMs: Milliseconds | null): void {
    if (drain.timer !== null) clearTimeout(drain.timer);
    drain.endsAt = leaseMs === null ? null : performance.now() + leaseMs;
    drain.timer = leaseMs === null ? null : setTimeout(() => this.undrain(drain.id), leaseMs);
    drain.timer?.unref();
  }

  #settle(): void {
    const now = this.#run.healthy && this.#drain === null;
    if (now === this.#in) return;
    this.#in = now;
    this.#since = performance.now();
    if (now) this.connections.keep();
    else this.connections.release();
  }
}
