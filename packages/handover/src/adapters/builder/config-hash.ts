import { createHash, createHmac, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Secret } from "../../ports/secrets.ts";

/** What an instance receives beside its files. Rollout settings are no part of it. */
export interface ReleaseConfiguration {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Without secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whatever else changes how it runs, as JSON. */
  readonly limits: Readonly<Record<string, string | number | boolean | null>>;
}

/** SHA-256, hexadecimal; secrets enter as HMAC-SHA256 under `key`, so that the hash tells nothing about them. */
export function configHash(
  configuration: ReleaseConfiguration,
  secrets: ReadonlyMap<string, Secret>,
  key: string,
): string {
  const { command, environment, limits } = configuration;
  const digests = [...secrets].map(
    ([name, secret]) => [name, createHmac("sha256", key).update(secret.open()).digest("hex")] as const,
  );
  const text = JSON.stringify([command, sorted(environment), sorted(limits), digests.toSorted(byName)]);
  return createHash("sha256").update(text).digest("hex");
}

function sorted(record: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(record).toSorted(byName);
}

function byName(one: readonly [string, unknown], other: readonly [string, unknown]): number {
  return one[0] < other[0] ? -1 : 1;
}

/** The key of the digests, made on first use; two that make it at once agree on one. */
export function keyAt(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}.new`;
    writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch {
      // Another process was first: its key counts.
    }
    rmSync(draft, { force: true });
    return readFileSync(path, "utf8");
  }
}
