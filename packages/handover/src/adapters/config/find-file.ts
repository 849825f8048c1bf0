import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { HandoverError } from "../../errors/handover-error.ts";

export const CONFIG_FILE = "handover.yaml";

/**
 * The configuration file: the one that is given, else `handover.yaml` in the directory or the nearest one above it,
 * up to the top of the git repository. Throws CONFIG_NOT_FOUND.
 */
export async function findConfigFile(given: string | undefined, directory: string): Promise<string> {
  if (given !== undefined) return givenFile(given, directory);
  for (let at = resolve(directory); ; at = dirname(at)) {
    const file = join(at, CONFIG_FILE);
    if ((await kindOf(file)) === "file") return file;
    const misnamed = await firstExisting(at, ["handover.yml", "handover.json"]);
    if (misnamed !== null) {
      throw notFound(
        `there is no \`${CONFIG_FILE}\`, but \`${misnamed}\``,
        `Rename it to \`${CONFIG_FILE}\`, or pass \`--config ${misnamed}\`.`,
      );
    }
    if (at === dirname(at) || (await kindOf(join(at, ".git"))) !== null) {
      throw notFound(
        `there is no \`${CONFIG_FILE}\` in ${resolve(directory)}${at === resolve(directory) ? "" : ` or above it, up to ${at}`}`,
        "Write one (docs/configuration.md has an example of ten lines), or pass `--config FILE`.",
      );
    }
  }
}

async function givenFile(given: string, directory: string): Promise<string> {
  const file = resolve(directory, given);
  switch (await kindOf(file)) {
    case null:
      throw notFound(`there is no file \`${given}\``, "Check the path after `--config`.");
    case "directory":
      throw notFound(
        `\`${given}\` is a directory`,
        `Pass the file, such as \`--config ${join(given, CONFIG_FILE)}\`.`,
      );
    case "file":
      return file;
  }
}

async function firstExisting(directory: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    if ((await kindOf(join(directory, name))) === "file") return join(directory, name);
  }
  return null;
}

/** A pipe or a device counts as a file: it can be read. Null where there is nothing. */
async function kindOf(path: string): Promise<"file" | "directory" | null> {
  try {
    return (await stat(path)).isDirectory() ? "directory" : "file";
  } catch {
    return null;
  }
}

function notFound(message: string, next: string): HandoverError {
  return new HandoverError("CONFIG_NOT_FOUND", message, { next });
}
