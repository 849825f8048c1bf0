import type { Milliseconds } from "../fleet/time.ts";
import { fits, shown, unfit, type Read } from "./value.ts";

const UNITS: readonly (readonly [unit: string, ms: Milliseconds])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/** Longer is a mistake, and timers of Node end at 24 days. */
const LONGEST_MS: Milliseconds = 24 * 3_600_000;

/** The shape of a duration in the file, for editors. */
export const DURATION_PATTERN = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$";

/** `500ms`, `2s`, `1.5m`, `1h`: a number with its unit, above zero and at most a day. */
export function readDuration(value: unknown): Read<Milliseconds> {
  const read = readDurationOrZero(value);
  if (read.kind === "fits" && read.value === 0) return unfit("is zero", "Write a time such as `1s`.");
  return read;
}

/** The same, and `0s`. */
export function readDurationOrZero(value: unknown): Read<Milliseconds> {
  if (typeof value === "number") {
    return unfit(
      `is \`${value}\`, a number without a unit`,
      `Write \`${value}s\` for seconds or \`${value}ms\`.`,
    );
  }
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/u.exec(value.trim()) : null;
  const unitMs = UNITS.find(([unit]) => unit === match?.[2])?.[1];
  if (match === null || unitMs === undefined) {
    return unfit(
      `is ${shown(value)}, which is not a duration`,
      "Write a number with its unit: `500ms`, `2s`, `1m`, `1h`.",
    );
  }
  const ms = Math.round(Number(match[1]) * unitMs);
  if (ms > LONGEST_MS) return unfit(`is ${shown(value)}, more than a day`, "Write at most `24h`.");
  return fits(ms);
}

/** The shortest way to write it that loses nothing: `90s`, `2m`. */
export function formatDuration(ms: Milliseconds): string {
  if (ms === 0) return "0s";
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms % unitMs === 0) ?? ["ms", 1];
  return `${ms / unitMs}${unit}`;
}
