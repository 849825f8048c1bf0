import type { Milliseconds } from "../fleet/time.ts";
import type { Clock } from "./clock.ts";

/** What a wait ends with when its deadline comes first. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * Runs `work` with a deadline: its signal is aborted and the result rejected after `ms`, even if it ignores the signal.
 * Throws a {@link DeadlineError} then, or whatever `work` throws.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: Milliseconds,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const settled = new AbortController();
  const overdue = clock.sleep(ms, settled.signal).then(() => {
    const error = new DeadlineError(`${what} took longer than ${ms / 1000} s`);
    late.abort(error);
    throw error;
  });
  overdue.catch(() => undefined);
  try {
    return await Promise.race([work(late.signal), overdue]);
  } finally {
    settled.abort();
  }
}
