import type { Instant, Milliseconds } from "./time.ts";

/**
 * Something read from the outside, and when (on the run's own clock).
 * What could not be read, or was read too long ago, is unknown: never a guess.
 */
export type Fact<T> =
  | { readonly kind: "known"; readonly value: T; readonly at: Instant }
  | { readonly kind: "unknown"; readonly why: string };

export function known<T>(value: T, at: Instant): Fact<T> {
  return { kind: "known", value, at };
}

export function unknown(why: string): Fact<never> {
  return { kind: "unknown", why };
}

/** The same fact, unknown if it is older than `maxAgeMs` at `now`. */
export function fresh<T>(fact: Fact<T>, now: Instant, maxAgeMs: Milliseconds): Fact<T> {
  if (fact.kind === "unknown" || now - fact.at <= maxAgeMs) return fact;
  return unknown(`read ${now - fact.at} ms ago`);
}
