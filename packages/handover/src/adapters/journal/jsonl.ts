import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { instanceId, releaseName, type InstanceId, type ReleaseName } from "../../fleet/ids.ts";
import type { Release } from "../../fleet/release.ts";
import type { Journal, JournalEntry } from "../../ports/journal.ts";

const name: z.ZodType<ReleaseName> = z.string().transform(releaseName);
const release: z.ZodType<Release> = z.object({
  name,
  artifact: z.string(),
  configHash: z.string(),
  commit: z.string().nullable(),
});
const lengths: z.ZodType<Readonly<Record<InstanceId, number>>> = z
  .record(z.string(), z.number())
  .transform((byId) => {
    const branded: Record<InstanceId, number> = {};
    for (const [id, ms] of Object.entries(byId)) branded[instanceId(id)] = ms;
    return branded;
  });
const entrySchema: z.ZodType<JournalEntry> = z.object({
  at: z.string(),
  kind: z.enum(["deploy", "rollback"]),
  outcome: z.enum(["done", "halted", "refused", "interrupted"]),
  from: name.nullable(),
  to: release,
  durationMs: z.number(),
  startUpMs: lengths,
  drainMs: lengths,
});

/**
 * A journal in one file, a line an entry. A writer that was killed leaves at most half a line: the next entry begins on a
 * line of its own, and what is no entry (half a line, or one of a later version) is passed over when reading.
 */
export function jsonlJournal(path: string): Journal {
  return {
    append: async (entry) => append(path, JSON.stringify(entry)),
    read: async () => textOf(path).split("\n").flatMap(entriesIn),
  };
}

function append(path: string, line: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, "a+", 0o600);
  try {
    writeSync(file, endsInLine(file) ? `${line}\n` : `\n${line}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function endsInLine(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last.toString() === "\n";
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function entriesIn(line: string): JournalEntry[] {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
