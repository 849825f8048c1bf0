import type { DrainState } from "./drain-state.ts";
import type { Fact } from "./fact.ts";
import type { SlotKey } from "./instance.ts";
import type { BalancerNode } from "./rotation.ts";
import type { SlotState } from "./slot-content.ts";

/**
 * The fleet as it was just read: what hosts, instances and load balancers say, nothing else.
 * A slot or drain without an entry is unknown. `balancers` has one fact a balancer (its nodes).
 */
export interface Observed {
  readonly lease: Fact<"held" | "lost">;
  readonly slots: Readonly<Record<SlotKey, Fact<SlotState>>>;
  readonly drains: Readonly<Record<SlotKey, Fact<DrainState>>>;
  readonly balancers: readonly Fact<readonly BalancerNode[]>[];
}
