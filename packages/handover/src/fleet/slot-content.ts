import type { LeaseToken, ReleaseName, RunId } from "./ids.ts";
import type { Milliseconds } from "./time.ts";

/** What a slot holds, as its host sees it. `forMs` is how long that has been so, measured by the host. */
export type SlotContent =
  | { readonly kind: "empty" }
  /** A process runs, but its health path has not passed yet; the host judges it before a deadline. */
  | {
      readonly kind: "starting";
      readonly release: ReleaseName;
      readonly run: RunId;
      readonly forMs: Milliseconds;
    }
  /** Its health path has passed since it started. `restarts` counts the exits since it was ordered. */
  | {
      readonly kind: "running";
      readonly release: ReleaseName;
      readonly run: RunId;
      readonly forMs: Milliseconds;
      readonly startUpMs: Milliseconds;
      readonly restarts: number;
    }
  /** It exited by itself; the host will start it again after a back-off. */
  | {
      readonly kind: "exited";
      readonly release: ReleaseName;
      readonly why: string;
      readonly restarts: number;
    }
  | {
      readonly kind: "stopping";
      readonly release: ReleaseName;
      readonly run: RunId;
      readonly forMs: Milliseconds;
    }
  /** A swap under way: the host stops `from`, starts `to`, asks its health path, and puts `from` back if that fails. */
  | {
      readonly kind: "swapping";
      readonly from: ReleaseName;
      readonly to: ReleaseName;
      readonly forMs: Milliseconds;
    };

/** A start or a swap that the host judged to have failed. Kept until the next order for the same slot. */
export interface FailedStart {
  readonly release: ReleaseName;
  /** Which deploy ordered it; a run counts only its own failures. */
  readonly by: LeaseToken;
  /** In a user's words: `exited with status 1 after 80 ms`. */
  readonly why: string;
  /** The last lines that it wrote, at most 20. */
  readonly log: readonly string[];
}

export interface SlotState {
  readonly content: SlotContent;
  readonly failure: FailedStart | null;
  /** The deploy that ordered what is here now: a run answers for its own orders only. */
  readonly orderedBy: LeaseToken | null;
  /** What a swap replaced here: the release to go back to, known to whoever comes next. */
  readonly previous: ReleaseName | null;
}
