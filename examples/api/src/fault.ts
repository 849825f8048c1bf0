/**
 * The ways in which a release can be bad, for trying out what a deploy does then. The environment variable `FAULT`
 * chooses one; it is part of the release, so going back to the one before heals.
 */
export type Fault =
  | { readonly kind: "none" }
  /** Exits at once with status 1. */
  | { readonly kind: "exits" }
  /** Runs and never listens. */
  | { readonly kind: "never-listens" }
  /** Answers its health path with 500. */
  | { readonly kind: "fails-health" }
  /** Is healthy at first, and refuses its health checks from `afterMs` on. */
  | { readonly kind: "turns-unhealthy"; readonly afterMs: number };

/** @throws {TypeError} for a word that is no fault, so that a typo never passes for a good release. */
export function parseFault(text: string): Fault {
  if (text === "none" || text === "exits" || text === "never-listens" || text === "fails-health") {
    return { kind: text };
  }
  const afterMs = /^turns-unhealthy:(\d{1,9})$/.exec(text)?.[1];
  if (afterMs !== undefined) return { kind: "turns-unhealthy", afterMs: Number(afterMs) };
  throw new TypeError(
    `FAULT must be none, exits, never-listens, fails-health or turns-unhealthy:MILLISECONDS, but is "${text}".`,
  );
}
