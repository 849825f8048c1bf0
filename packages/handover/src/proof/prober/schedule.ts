import type { Instant, Milliseconds } from "../../fleet/time.ts";

/** Older than this, what was not sent is skipped instead of sent in one burst. */
export const CATCH_UP_MS: Milliseconds = 5_000;

/**
 * When the requests of one target are due: the n-th at `startedAt + n / rate`, whatever became of those before it
 * (open-loop). `next` is the number of the first that was not sent yet.
 */
export interface Schedule {
  readonly startedAt: Instant;
  readonly ratePerSecond: number;
  readonly next: number;
}

export interface Due {
  /** The numbers to send now, with how late each is. */
  readonly send: readonly { readonly number: number; readonly lateMs: Milliseconds }[];
  readonly skipped: number;
  readonly schedule: Schedule;
}

export function startSchedule(ratePerSecond: number, startedAt: Instant): Schedule {
  return { startedAt, ratePerSecond, next: 0 };
}

export function dueAt(schedule: Schedule, number: number): Instant {
  return schedule.startedAt + (number * 1000) / schedule.ratePerSecond;
}

/** Everything that is due by `now`: a thread that was behind catches up, up to {@link CATCH_UP_MS}. */
export function takeDue(schedule: Schedule, now: Instant): Due {
  const send: { number: number; lateMs: Milliseconds }[] = [];
  let skipped = 0;
  let next = schedule.next;
  for (; dueAt(schedule, next) <= now; next++) {
    const lateMs = now - dueAt(schedule, next);
    if (lateMs > CATCH_UP_MS) skipped += 1;
    else send.push({ number: next, lateMs });
  }
  return { send, skipped, schedule: { ...schedule, next } };
}
