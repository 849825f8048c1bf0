import type { ReleaseName } from "./ids.ts";

/** What an instance runs. Two releases are the same when artifact and configuration hash are. */
export interface Release {
  readonly name: ReleaseName;
  /** An image digest (`sha256:...`) or the content hash of a directory (`dir:...`). */
  readonly artifact: string;
  /** Hash of what the instance receives: command, environment, limits, a keyed digest of its secrets. */
  readonly configHash: string;
  /** The commit that names it, in full; null where there is none. */
  readonly commit: string | null;
}
