import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";

/** At most this much of a log is read at a time: more than 20 long lines. */
const TAIL_BYTES = 256 * 1024;
const LONGEST_LINE = 2_000;

/** How long a log is now: what a new run writes begins here. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines of a log, from byte `from` on; from its beginning if it has been rotated since. */
export function lastLines(path: string, count: number, from: number = 0): string[] {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return [];
  }
  try {
    const size = fstatSync(file).size;
    const start = Math.max(from > size ? 0 : from, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    readSync(file, bytes, 0, bytes.length, start);
    const lines = bytes.toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    if (start > from && start > 0) lines.shift();
    return lines.slice(-count).map((line) => line.slice(0, LONGEST_LINE));
  } catch {
    return [];
  } finally {
    closeSync(file);
  }
}

/** The last lines of a log and, where that is not enough, of the rotated ones before it. */
export function lastLinesOfAll(path: string, count: number): string[] {
  let lines: string[] = [];
  for (const each of [path, `${path}.1`, `${path}.2`]) {
    if (lines.length >= count) break;
    lines = [...lastLines(each, count - lines.length), ...lines];
  }
  return lines;
}

/**
 * Rotates each log over `limitBytes`, keeping three files. The instances write to an open file that must stay theirs,
 * also without us, so the contents are copied and the file is emptied; lines written in between the two are lost.
 * One that cannot be rotated (a full disk) stays as it is, for the next time.
 */
export function rotateLogs(directory: string, limitBytes: number): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory).filter((each) => each.endsWith(".log"))) {
    const path = join(directory, name);
    const copy = `${path}.new`;
    try {
      if (sizeOf(path) <= limitBytes) continue;
      copyFileSync(path, copy);
      if (existsSync(`${path}.1`)) renameSync(`${path}.1`, `${path}.2`);
      renameSync(copy, `${path}.1`);
      truncateSync(path);
    } catch {
      rmSync(copy, { force: true });
    }
  }
}
