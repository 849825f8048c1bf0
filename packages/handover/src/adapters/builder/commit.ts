import { x } from "tinyexec";

/** The commit that a directory is exactly at: null with changes or untracked files in it, without git or a repository. */
export async function cleanCommit(directory: string, signal: AbortSignal): Promise<string | null> {
  const changes = await git(
    directory,
    ["status", "--porcelain", "--untracked-files=normal", "--", "."],
    signal,
  );
  if (changes !== "") return null;
  const commit = await git(directory, ["rev-parse", "--verify", "HEAD"], signal);
  const tracked = await git(directory, ["ls-files", "--", "."], signal);
  return commit !== null && tracked !== null && tracked !== "" && /^[0-9a-f]{40,64}$/.test(commit)
    ? commit
    : null;
}

/** Whether `commit` is `later` or an ancestor of it; false too where git cannot tell. */
export async function isAncestor(
  directory: string,
  commit: string,
  later: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await git(directory, ["merge-base", "--is-ancestor", commit, later], signal)) !== null;
}

/** What git says, without the blanks around it; null when it fails or is not installed. */
async function git(directory: string, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  signal.throwIfAborted();
  try {
    const said = await x("git", ["-C", directory, ...args], {
      signal,
      nodeOptions: { env: { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" } },
    });
    return said.exitCode === 0 ? said.stdout.trim() : null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
