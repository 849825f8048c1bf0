import { open, type FileHandle } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Environment } from "../../config/configuration.ts";
import type { Diagnostic } from "../../config/diagnostic.ts";
import { MAX_CONFIG_BYTES, notText, tooLarge } from "../../config/unreadable.ts";
import { HandoverError } from "../../errors/handover-error.ts";
import { findConfigFile } from "./find-file.ts";

/** A configuration file as it was read. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** As messages show it: relative to the working directory where that is shorter. */
  readonly file: string;
  readonly text: string;
}

/** Finds and reads the configuration. Throws CONFIG_NOT_FOUND and CONFIG_UNREADABLE. */
export async function readConfigFile(
  given: string | undefined,
  workingDirectory: string,
): Promise<ConfigFile> {
  const path = await findConfigFile(given, workingDirectory);
  const near = relative(workingDirectory, path);
  const file = near.startsWith("..") || isAbsolute(near) ? path : near;
  const bytes = await bytesOf(path, file);
  try {
    return { path, file, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw thrown(notText(file, bytes));
  }
}

/** Where `processes` take what they deploy from: relative to the configuration file, not to the working directory. */
export function directoryOf(file: Pick<ConfigFile, "path">, environment: Pick<Environment, "runs">): string {
  return resolve(dirname(file.path), environment.runs.directory);
}

async function bytesOf(path: string, file: string): Promise<Buffer> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path);
    const { size } = await handle.stat();
    if (size > MAX_CONFIG_BYTES) throw thrown(tooLarge(file, size));
    return await atMost(handle, file);
  } catch (error) {
    if (error instanceof HandoverError) throw error;
    throw new HandoverError("CONFIG_UNREADABLE", `${file} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      next: "Check who may read it.",
    });
  } finally {
    await handle?.close();
  }
}

/** A pipe or a device says nothing about its size beforehand: reading ends one byte after the limit. */
async function atMost(handle: FileHandle, file: string): Promise<Buffer> {
  const buffer = Buffer.alloc(MAX_CONFIG_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
  }
  throw thrown(tooLarge(file, null));
}

function thrown({ code, message, place, next }: Diagnostic): HandoverError {
  return new HandoverError(code, message, { place, ...(next === null ? {} : { next }) });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
