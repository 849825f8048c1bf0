import type { Milliseconds } from "../fleet/time.ts";

/** `0.8 s`, `42.3 s`, `2 min 5 s`. */
export function seconds(ms: Milliseconds): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `2.1 ms`, `37 ms`, `1,204 ms`. */
export function milliseconds(ms: Milliseconds): string {
  return `${ms < 10 ? Number(ms.toFixed(1)) : count(Math.round(ms))} ms`;
}

/** `4,012`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 instance`, `3 instances`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
