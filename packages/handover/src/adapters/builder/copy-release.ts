import { constants, existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HandoverError } from "../../errors/handover-error.ts";
import { contentHash, entriesOf, type Entry } from "./content-hash.ts";
import type { KeptRelease } from "./kept-releases.ts";

export interface CopySource {
  readonly root: string;
  readonly entries: readonly Entry[];
  /** What the copy must have, too. */
  readonly contentHash: string;
}

/**
 * Makes the directory of a release, whole or not at all: it is filled under another name and then renamed. Its files are
 * read-only. Safe to repeat, and to do twice at once: one that is there is left as it is.
 */
export async function copyRelease(
  releases: string,
  source: CopySource,
  kept: KeptRelease,
  signal: AbortSignal,
): Promise<void> {
  const final = join(releases, kept.release.name);
  if (existsSync(join(final, "release.json"))) return;
  await mkdir(releases, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(join(releases, ".draft-"));
  try {
    const files = join(draft, "files");
    await mkdir(files);
    for (const entry of source.entries) {
      signal.throwIfAborted();
      await copyEntry(source.root, files, entry);
    }
    if ((await contentHash(files, await entriesOf(files, [], signal), signal)) !== source.contentHash) {
      throw new HandoverError("REFUSED", `The directory ${source.root} changed while it was copied.`, {
        next: "Deploy again once nothing writes to it.",
      });
    }
    await writeFile(join(draft, "release.json"), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, final);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(join(final, "release.json"))) throw error;
  }
}

async function copyEntry(root: string, files: string, entry: Entry): Promise<void> {
  const to = join(files, entry.path);
  if (entry.kind === "directory") return mkdir(to);
  if (entry.kind === "link") return symlink(entry.target, to);
  await copyFile(join(root, entry.path), to, constants.COPYFILE_FICLONE);
  return chmod(to, entry.executable ? 0o555 : 0o444);
}
