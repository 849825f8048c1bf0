import { fits, shown, unfit, type Read } from "./value.ts";

/** How many instances may be out of rotation at a time. */
export type MaxUnavailable =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "percent"; readonly percent: number };

/** A whole number of at least 1, or `"25%"`. */
export function readMaxUnavailable(value: unknown): Read<MaxUnavailable> {
  const advice = "Write a count of at least 1, or a percentage such as `25%`.";
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) {
    return fits({ kind: "count", count: value });
  }
  const percent = typeof value === "string" ? /^(\d{1,3})%$/u.exec(value.trim())?.[1] : undefined;
  if (percent !== undefined && Number(percent) >= 1 && Number(percent) <= 100) {
    return fits({ kind: "percent", percent: Number(percent) });
  }
  return unfit(`is ${shown(value)}, neither a count nor a percentage`, advice);
}

/** As a number of instances, out of `instances`: a percentage is rounded down, to at least 1. */
export function maxUnavailableOf(setting: MaxUnavailable, instances: number): number {
  if (setting.kind === "count") return setting.count;
  return Math.max(1, Math.floor((instances * setting.percent) / 100));
}

export function formatMaxUnavailable(setting: MaxUnavailable): number | string {
  return setting.kind === "count" ? setting.count : `${setting.percent}%`;
}
