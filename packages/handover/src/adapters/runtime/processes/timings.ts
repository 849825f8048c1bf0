import { z } from "zod";
import type { Milliseconds } from "../../../fleet/time.ts";

/** The supervisor's own waits. Tests make them short; nothing else changes them. */
export interface Timings {
  /** Wait before an instance that exited is started again the first time; doubled each time. */
  readonly backOffMs: Milliseconds;
  readonly backOffLimitMs: Milliseconds;
  /** Health for this long makes the back-off begin anew. */
  readonly backOffResetMs: Milliseconds;
  /** For how long a drain is renewed at a time; it is renewed again after a quarter of that. */
  readonly drainLeaseMs: Milliseconds;
  /** Between two requests to the health path of an instance that starts. */
  readonly probeEveryMs: Milliseconds;
  /** Between two looks at an adopted process, which is no child and so does not announce its exit. */
  readonly watchEveryMs: Milliseconds;
  /** Between two looks at the sizes of the logs, and at the claim of the directory. */
  readonly tidyEveryMs: Milliseconds;
  /** A log over this many bytes is rotated. */
  readonly logLimitBytes: number;
}

const positive = z.number().positive();

export const timingsSchema: z.ZodType<Timings> = z.strictObject({
  backOffMs: positive.default(1_000),
  backOffLimitMs: positive.default(30_000),
  backOffResetMs: positive.default(60_000),
  drainLeaseMs: positive.default(60_000),
  probeEveryMs: positive.default(75),
  watchEveryMs: positive.default(100),
  tidyEveryMs: positive.default(1_000),
  logLimitBytes: positive.default(10 * 1024 * 1024),
});
