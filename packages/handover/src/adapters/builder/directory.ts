import { realpathSync } from "node:fs";
import { join } from "node:path";
import { HandoverError } from "../../errors/handover-error.ts";
import { releaseName, type ReleaseName } from "../../fleet/ids.ts";
import type { Release } from "../../fleet/release.ts";
import type { Builder } from "../../ports/builder.ts";
import type { Secret } from "../../ports/secrets.ts";
import { cleanCommit, isAncestor } from "./commit.ts";
import { configHash, keyAt, type ReleaseConfiguration } from "./config-hash.ts";
import { contentHash, entriesOf } from "./content-hash.ts";
import { copyRelease } from "./copy-release.ts";
import { findKept, keptRelease, keptReleases, prune, touch } from "./kept-releases.ts";

export interface DirectoryBuilderOptions {
  /** The directory that is deployed. */
  readonly source: string;
  /** The directory of the service in this environment, with `releases/` and `key`. */
  readonly store: string;
  readonly configuration: ReleaseConfiguration;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Further absolute paths below `source` that are no part of a release; `store` never is. */
  readonly leftOut?: readonly string[];
  /** Releases that run, or may be put back: they are never removed. */
  readonly inUse: () => Promise<readonly ReleaseName[]>;
}

/**
 * Builds releases of `processes`: a copy of the directory, kept under its name. The commit names it where the directory is
 * exactly at one, its content otherwise. Throws a HandoverError `CONFIG_INVALID` where it cannot be copied.
 */
export function directoryBuilder(options: DirectoryBuilderOptions): Builder {
  const releases = join(options.store, "releases");
  return {
    async build(signal) {
      const root = rootOf(options.source);
      const entries = await entriesOf(root, leftOutOf(options), signal);
      const content = await contentHash(root, entries, signal);
      const hash = configHash(options.configuration, options.secrets, keyAt(join(options.store, "key")));
      const commit = await cleanCommit(root, signal);
      const release = named(releases, { artifact: `dir:${content}`, configHash: hash, commit });
      const { configuration, secrets } = options;
      const kept = { release, configuration, secrets: [...secrets.keys()].toSorted() };
      await copyRelease(releases, { root, entries, contentHash: content }, kept, signal);
      touch(releases, release.name);
      prune(releases, [release.name, ...(await options.inUse())]);
      return release;
    },
    find: async (name) => findKept(releases, name),
  };
}

/** Kept releases of commits that come after `commit` in the history of the directory's repository. */
export async function releasesNewerThan(
  options: Pick<DirectoryBuilderOptions, "source" | "store">,
  commit: string | null,
  signal: AbortSignal,
): Promise<readonly ReleaseName[]> {
  if (commit === null) return [];
  const newer: ReleaseName[] = [];
  for (const { release } of keptReleases(join(options.store, "releases"))) {
    const differs = release.commit !== null && release.commit !== commit;
    if (differs && (await isAncestor(options.source, commit, release.commit, signal)))
      newer.push(release.name);
  }
  return newer;
}

function rootOf(source: string): string {
  try {
    return realpathSync(source);
  } catch (cause) {
    throw new HandoverError("CONFIG_INVALID", `The directory to deploy does not exist: ${source}.`, {
      cause,
    });
  }
}

function leftOutOf(options: DirectoryBuilderOptions): readonly string[] {
  const resolved = [options.store, ...(options.leftOut ?? [])].map((path) => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  });
  return resolved;
}

/**
 * `sha-<7 of the commit>.<4 of the configuration>`, or `dir-<7 of the content>.<4>`: also where this commit has named other
 * files before (ignored ones differ). More digits where a name is taken by another release.
 */
function named(releases: string, what: Omit<Release, "name">): Release {
  const content = what.artifact.slice("dir:".length);
  const others = keptReleases(releases).map(({ release }) => release);
  const usable = !others.some(({ commit, artifact }) => commit === what.commit && artifact !== what.artifact);
  const commit = usable ? what.commit : null;
  for (let more = 0; ; more += 4) {
    const start = commit === null ? `dir-${content.slice(0, 7 + more)}` : `sha-${commit.slice(0, 7 + more)}`;
    const name = releaseName(`${start}.${what.configHash.slice(0, 4 + more)}`);
    const release = { name, artifact: what.artifact, configHash: what.configHash, commit };
    const there = keptRelease(releases, name)?.release;
    if (there === undefined || more > 60 || same(there, release)) return release;
  }
}

function same(one: Release, other: Release): boolean {
  return (
    one.artifact === other.artifact && one.configHash === other.configHash && one.commit === other.commit
  );
}
