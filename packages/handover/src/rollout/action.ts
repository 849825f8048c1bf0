import type { DrainRef } from "../fleet/drain-state.ts";
import type { InstanceId, ReleaseName, RunId } from "../fleet/ids.ts";
import type { SlotName } from "../fleet/instance.ts";

/** One request to the outside. Any subset of the actions of one decision, in any order, is safe. */
export type Action =
  /** Begin a drain or renew it. */
  | { readonly kind: "drain"; readonly instance: InstanceId; readonly slot: SlotName }
  /** End a drain: the slot goes healthy again. */
  | { readonly kind: "undrain"; readonly instance: InstanceId; readonly slot: SlotName }
  | {
      readonly kind: "start";
      readonly instance: InstanceId;
      readonly slot: SlotName;
      readonly release: ReleaseName;
    }
  | {
      readonly kind: "stop";
      readonly instance: InstanceId;
      readonly slot: SlotName;
      readonly run: RunId | null;
      readonly drains: readonly DrainRef[];
      /** Requests that the drain deadline cuts off; 0 when the slot was idle. */
      readonly cut: number;
    }
  | {
      readonly kind: "swap";
      readonly instance: InstanceId;
      readonly slot: SlotName;
      readonly run: RunId | null;
      readonly drains: readonly DrainRef[];
      readonly cut: number;
      readonly release: ReleaseName;
    };
