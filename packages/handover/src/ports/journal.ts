import type { Release } from "../fleet/release.ts";
import type { InstanceId, ReleaseName } from "../fleet/ids.ts";
import type { Milliseconds } from "../fleet/time.ts";

/** What the journal keeps of one deploy: never a secret's value. */
export interface JournalEntry {
  readonly at: string;
  readonly kind: "deploy" | "rollback";
  readonly outcome: "done" | "halted" | "refused" | "interrupted";
  readonly from: ReleaseName | null;
  readonly to: Release;
  readonly durationMs: Milliseconds;
  /** How long each new instance took until its health path passed: the next prediction starts from these. */
  readonly startUpMs: Readonly<Record<InstanceId, Milliseconds>>;
  /** How long each drained slot took until it was idle. */
  readonly drainMs: Readonly<Record<InstanceId, Milliseconds>>;
}

/** The history of a service in one environment, oldest first. */
export interface Journal {
  append(entry: JournalEntry): Promise<void>;
  read(): Promise<readonly JournalEntry[]>;
}
