import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { HandoverError } from "../../errors/handover-error.ts";
import { releaseName, type ReleaseName } from "../../fleet/ids.ts";
import type { Release } from "../../fleet/release.ts";
import { readParsed } from "../background/atomic-file.ts";
import type { ReleaseConfiguration } from "./config-hash.ts";

/** How many releases are kept, beside those that run. */
const KEPT = 5;

/** What `release.json` says: enough to run the release again, but for the values of its secrets. */
export interface KeptRelease {
  readonly release: Release;
  readonly configuration: ReleaseConfiguration;
  /** Names of the secrets that its environment needs. */
  readonly secrets: readonly string[];
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const keptReleaseSchema: z.ZodType<KeptRelease> = z.object({
  release: z.object({
    name: z.string().transform(releaseName),
    artifact: z.string(),
    configHash: z.string(),
    commit: z.string().nullable(),
  }),
  configuration: z.object({
    command: z.tuple([z.string()], z.string()),
    environment: z.record(z.string(), z.string()),
    limits: z.record(z.string(), scalar),
  }),
  secrets: z.array(z.string()),
});

/** Where the files of a release are: what an instance is started in. */
export function filesOf(releases: string, name: ReleaseName): string {
  return join(releases, name, "files");
}

/** One kept release; null when it is gone. */
export function keptRelease(releases: string, name: ReleaseName): KeptRelease | null {
  return readParsed(join(releases, name, "release.json"), keptReleaseSchema);
}

/** All kept releases, the one that was built last (also: built again) first. */
export function keptReleases(releases: string): readonly KeptRelease[] {
  return namesIn(releases)
    .flatMap((name) => {
      const kept = keptRelease(releases, releaseName(name));
      return kept === null ? [] : [{ kept, at: builtAt(releases, name) }];
    })
    .toSorted((one, other) => other.at - one.at)
    .map(({ kept }) => kept);
}

/**
 * The release that a person means: by its full name, the part before the dot, or the start of its commit (at least four
 * digits); of several of one commit the one that was built last. Throws a HandoverError where several commits fit.
 */
export function findKept(releases: string, name: string): Release | null {
  const all = keptReleases(releases).map(({ release }) => release);
  const exact = all.find((release) => release.name === name);
  if (exact !== undefined) return exact;
  const fitting = all.filter(
    (release) =>
      release.name.split(".")[0] === name ||
      (/^[0-9a-f]{4,}$/.test(name) && release.commit?.startsWith(name)),
  );
  const commits = new Set(fitting.map(({ commit }) => commit));
  if (commits.size > 1) {
    const names = fitting.map((release) => release.name).join(", ");
    throw new HandoverError("RELEASE_UNKNOWN", `${name} fits several releases: ${names}.`, {
      next: "Give one of these names in full.",
    });
  }
  return fitting[0] ?? null;
}

/** Counts as built just now. */
export function touch(releases: string, name: ReleaseName): void {
  const now = new Date();
  utimesSync(join(releases, name, "release.json"), now, now);
}

/** Removes all but the last five, and never one of those that are `inUse`. */
export function prune(releases: string, inUse: readonly ReleaseName[]): void {
  const old = keptReleases(releases).slice(KEPT);
  for (const { release } of old.filter((each) => !inUse.includes(each.release.name))) {
    rmSync(join(releases, release.name), { recursive: true, force: true });
  }
}

function namesIn(releases: string): string[] {
  try {
    return readdirSync(releases).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}

function builtAt(releases: string, name: string): number {
  return statSync(join(releases, name, "release.json"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
