import type { Evidence } from "../fleet/rotation.ts";
import type { InstanceId, ReleaseName } from "../fleet/ids.ts";
import type { SlotContent } from "../fleet/slot-content.ts";
import type { SlotName } from "../fleet/instance.ts";
import type { Instant } from "../fleet/time.ts";
import type { Action } from "./action.ts";
import type { Halt, Wait } from "./decision.ts";

/** The steps of one instance, in the order in which it goes through them. */
export type StepName = "start" | "swap" | "join" | "prove" | "drain" | "stop" | "restore";

/** What the loop tells. `at` is on the run's clock. */
export type RolloutEvent =
  | {
      readonly kind: "fleet";
      readonly at: Instant;
      readonly floor: number;
      readonly inRotation: number;
      readonly instances: readonly InstanceView[];
    }
  | {
      readonly kind: "action";
      readonly at: Instant;
      readonly action: Action;
      readonly outcome: "accepted" | "unclear";
      readonly why: string | null;
    }
  | {
      readonly kind: "step";
      readonly at: Instant;
      readonly instance: InstanceId;
      readonly step: StepName;
      readonly edge: "begin";
    }
  | {
      readonly kind: "step";
      readonly at: Instant;
      readonly instance: InstanceId;
      readonly step: StepName;
      readonly edge: "end";
      readonly evidence: Evidence | null;
    }
  | { readonly kind: "wait"; readonly at: Instant; readonly waits: readonly Wait[] }
  | { readonly kind: "ended"; readonly at: Instant; readonly halt: Halt | null };

/** One instance as the timeline shows it. Told when anything of it has changed. */
export interface InstanceView {
  readonly id: InstanceId;
  readonly inRotation: boolean;
  readonly slots: readonly SlotView[];
}

export interface SlotView {
  readonly slot: SlotName;
  readonly content: SlotContent["kind"] | "unknown";
  readonly release: ReleaseName | null;
  readonly inRotation: boolean;
  readonly draining: boolean;
  readonly inFlight: number | null;
}
