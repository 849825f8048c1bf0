import type { BalancerId } from "./ids.ts";
import type { SlotKey } from "./instance.ts";
import type { Milliseconds } from "./time.ts";

/** Why we believe that a slot is in or out of rotation. */
export type Evidence = "told" | "witnessed" | "timed";

/** Whether one node of a load balancer sends new requests to one slot. */
export interface SlotRotation {
  readonly in: boolean;
  /** How long it has been so without a break, measured by the balancer. */
  readonly forMs: Milliseconds;
  readonly evidence: Evidence;
}

/** One node of one load balancer, as it sees the slots. A slot that it does not list is out. */
export interface BalancerNode {
  readonly balancer: BalancerId;
  readonly node: string;
  /** Changes when the balancer was reloaded or restarted: what it was told before is forgotten. */
  readonly generation: string;
  /** It has run long enough to have brought in whatever is healthy. Before that, out means nothing: it is unknown. */
  readonly warm: boolean;
  readonly slots: Readonly<Record<SlotKey, SlotRotation>>;
}
