import type { InstanceId } from "../fleet/ids.ts";
import type { SlotName } from "../fleet/instance.ts";
import type { Instant } from "../fleet/time.ts";
import type { Action } from "./action.ts";

export type Decision =
  | { readonly kind: "act"; readonly actions: readonly Action[]; readonly waits: readonly Wait[] }
  | { readonly kind: "wait"; readonly waits: readonly Wait[] }
  | { readonly kind: "halt"; readonly halt: Halt }
  | { readonly kind: "done" };

/** What is waited for, in a user's words, and until when at the latest (null: until the progress deadline). */
export interface Wait {
  readonly instance: InstanceId;
  readonly slot: SlotName | null;
  readonly what: string;
  readonly until: Instant | null;
}

/** Why a run ends without reaching its goal. The kind decides the exit status. */
export interface Halt {
  readonly kind: "failed" | "lost" | "refused" | "interrupted";
  readonly instance: InstanceId | null;
  readonly why: string;
  /** The last lines of a failed instance's log. */
  readonly log: readonly string[];
}
