import type { DrainRef } from "../fleet/drain-state.ts";
import type { LeaseToken, ReleaseName, RunId } from "../fleet/ids.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { SlotState } from "../fleet/slot-content.ts";
import type { Milliseconds } from "../fleet/time.ts";

/**
 * Runs releases in slots. Each order is one request, accepted or refused at once, then finished by the host alone,
 * even when the deployer has gone. An order whose guard no longer holds does nothing and is refused; so repeating one
 * whose outcome is unclear is safe: the second finds the first one's effect.
 */
export interface Runtime {
  /** What every slot of the service holds, those that are no longer configured included. */
  observe(signal: AbortSignal): Promise<Readonly<Record<SlotKey, SlotState>>>;
  /** Starts a release in a slot where nothing runs, and judges its health path before the start deadline. */
  start(order: StartOrder, signal: AbortSignal): Promise<void>;
  /** Replaces what runs by `release`; puts it back if the new one's health path does not pass in time. */
  swap(order: SwapOrder, signal: AbortSignal): Promise<void>;
  /** Ends what runs, renewing its drains until it has gone. */
  stop(order: StopOrder, signal: AbortSignal): Promise<void>;
}

/** What must still hold when the order takes effect. */
export interface Guard {
  readonly token: LeaseToken;
  /** How long after it was sent the order may still take effect. */
  readonly notAfterMs: Milliseconds;
}

export interface StartOrder extends Guard {
  readonly slot: SlotKey;
  readonly release: ReleaseName;
}

export interface StopOrder extends Guard {
  readonly slot: SlotKey;
  /** The run that is meant; null where nothing runs (an instance that exited and would be started again). */
  readonly run: RunId | null;
  /** Drains that must still be held; empty where the slot never was in rotation or has no drain. */
  readonly drains: readonly DrainRef[];
}

export interface SwapOrder extends StopOrder {
  readonly release: ReleaseName;
}
