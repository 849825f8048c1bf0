import type { DrainState } from "../fleet/drain-state.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { LeaseToken } from "../fleet/ids.ts";
import type { Milliseconds } from "../fleet/time.ts";

/** Makes a slot leave rotation while it goes on serving, and undoes that. */
export interface Drain {
  /** The drains held and the requests in flight, by slot; a slot that could not be asked is left out. */
  observe(signal: AbortSignal): Promise<Readonly<Record<SlotKey, DrainState>>>;
  /** Begins or renews. Safe to repeat: the same deploy gets the same drain, and a dead deploy's drain is taken over. */
  hold(slot: SlotKey, by: LeaseToken, leaseMs: Milliseconds, signal: AbortSignal): Promise<void>;
  /** Ends every drain of a deploy at this slot; an operator's stays. Safe to repeat: an ended drain stays ended. */
  end(slot: SlotKey, signal: AbortSignal): Promise<void>;
}
