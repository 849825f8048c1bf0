import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { HandoverError } from "../../errors/handover-error.ts";

/** One thing in a directory that is deployed. Paths are relative to it, with slashes. */
export type Entry =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly executable: boolean }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/**
 * Everything in a directory that makes up a release, sorted by path; `.git` and the directories in `leftOut` (absolute) are
 * not part of it. Throws a HandoverError `CONFIG_INVALID` for what cannot be copied: links that leave the directory,
 * sockets, devices.
 */
export async function entriesOf(
  root: string,
  leftOut: readonly string[],
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const walk = async (directory: string): Promise<void> => {
    signal.throwIfAborted();
    for (const name of await readdir(directory)) {
      const absolute = join(directory, name);
      if (name === ".git" || leftOut.includes(absolute)) continue;
      const path = relative(root, absolute).split(sep).join("/");
      const stat = await lstat(absolute);
      if (stat.isDirectory()) {
        entries.push({ kind: "directory", path });
        await walk(absolute);
      } else if (stat.isFile()) {
        entries.push({ kind: "file", path, executable: (stat.mode & 0o100) !== 0 });
      } else if (stat.isSymbolicLink()) {
        entries.push({ kind: "link", path, target: await targetWithin(root, absolute, path) });
      } else {
        throw cannotCopy(`${path} is a socket, a pipe or a device`);
      }
    }
  };
  await walk(root);
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

async function targetWithin(root: string, absolute: string, path: string): Promise<string> {
  const target = await readlink(absolute);
  const to = resolve(dirname(absolute), target);
  if (!target.startsWith("/") && (to === root || to.startsWith(root + sep))) return target;
  throw cannotCopy(`the link ${path} leads out of the directory, to ${target}`);
}

function cannotCopy(what: string): HandoverError {
  return new HandoverError("CONFIG_INVALID", `The directory cannot be released as it is: ${what}.`, {
    next: "A release is a copy that works by itself: put the file in the directory, or deploy a directory that was built for it.",
  });
}

/** SHA-256 over sorted paths, kinds, whether executable, link targets and contents; hexadecimal. */
export async function contentHash(
  root: string,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash("sha256");
  for (const entry of entries) {
    signal.throwIfAborted();
    const about = entry.kind === "file" ? await fileAbout(root, entry, signal) : entry;
    hash.update(`${JSON.stringify(about)}\n`);
  }
  return hash.digest("hex");
}

async function fileAbout(
  root: string,
  entry: Extract<Entry, { kind: "file" }>,
  signal: AbortSignal,
): Promise<unknown> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(join(root, entry.path), { signal })) hash.update(chunk);
  return { ...entry, sha256: hash.digest("hex") };
}
