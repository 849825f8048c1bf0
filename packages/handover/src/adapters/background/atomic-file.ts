import { closeSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import type { z } from "zod";

/**
 * Writes a file of its owner only, whole or not at all: a killed writer leaves the old one. It is not forced to the disk:
 * what is written here describes processes, and a power cut ends those too.
 */
export function writeAtomically(path: string, value: unknown): void {
  const draft = `${path}.${process.pid}.new`;
  const out = openSync(draft, "w", 0o600);
  writeSync(out, `${JSON.stringify(value)}\n`);
  closeSync(out);
  renameSync(draft, path);
}

/** What a file holds; null when there is none or it does not fit. */
export function readParsed<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}
