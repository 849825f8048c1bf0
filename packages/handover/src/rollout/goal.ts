import type { Instance } from "../fleet/instance.ts";
import type { LeaseToken, ReleaseName } from "../fleet/ids.ts";
import type { Milliseconds } from "../fleet/time.ts";

/** What a run wants: for each instance the release that it should run, and how careful to be on the way. */
export interface Goal {
  readonly kind: "deploy" | "rollback";
  readonly token: LeaseToken;
  /** In the order in which they are replaced. */
  readonly instances: readonly GoalInstance[];
  /** How many instances may be out of rotation or unjudged at a time; at least 1. */
  readonly maxUnavailable: number;
  readonly minHealthyTimeMs: Milliseconds;
  /** No instance became healthy for this long: the run has failed. */
  readonly progressDeadlineMs: Milliseconds;
  /** The drain deadline: how long a request may take. Starts at the evidence that the slot is out. */
  readonly longestRequestMs: Milliseconds;
  readonly onFailure: "halt" | "rollback";
  /** Releases of commits that are newer than the one wanted. Only a rollback may replace them. */
  readonly newerReleases: readonly ReleaseName[];
}

export interface GoalInstance extends Instance {
  /** null: the instance is no longer configured and is to be emptied. */
  readonly release: ReleaseName | null;
  readonly strategy: "start-first" | "stop-first";
}

/**
 * How many configured instances must stay in rotation: max(1, n - maxUnavailable). Workers, which no balancer knows, are
 * counted by themselves; a service that has both is held to two floors, and where none is configured there is none.
 */
export function floorOf(
  goal: Pick<Goal, "instances" | "maxUnavailable">,
  balanced: boolean = isBalanced(goal),
): number {
  const n = goal.instances.filter((one) => one.balanced === balanced && one.release !== null).length;
  return n === 0 ? 0 : Math.max(1, n - goal.maxUnavailable);
}

/** Whether the service has a balancer; what is told of it then leaves its workers out. */
export function isBalanced(goal: Pick<Goal, "instances">): boolean {
  return goal.instances.some((instance) => instance.balanced);
}
