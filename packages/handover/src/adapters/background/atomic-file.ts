import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { z } from "zod";

/**
 * Writes a file of its owner only, whole or not at all: a killed writer and a full disk leave the old one. It is not forced
 * to the disk: what is written here describes processes, and a power cut ends those too.
 */
export function writeAtomically(path: string, value: unknown): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    // Not writeSync: on a disk that is nearly full, that writes a part and calls it a success.
    writeFileSync(draft, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** What a file holds; null when there is none or it does not fit. */
export function readParsed<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}
