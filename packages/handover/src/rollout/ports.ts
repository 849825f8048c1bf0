import type { Clock } from "../ports/clock.ts";
import type { Drain } from "../ports/drain.ts";
import type { Events } from "../ports/events.ts";
import type { LoadBalancer } from "../ports/load-balancer.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { LeaseKeeper } from "./keep-lease.ts";
import type { RolloutEvent } from "./rollout-event.ts";

/** Everything that a rollout needs from the outside. */
export interface RolloutPorts {
  readonly runtime: Runtime;
  readonly drain: Drain;
  readonly balancers: readonly LoadBalancer[];
  readonly lease: Pick<LeaseKeeper, "state">;
  readonly clock: Clock;
  readonly events: Events<RolloutEvent>;
}
