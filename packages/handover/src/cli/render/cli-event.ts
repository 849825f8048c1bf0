import type { Instant } from "../../fleet/time.ts";
import type { Place } from "../../errors/handover-error.ts";
import type { ErrorCode } from "../../errors/table.ts";
import type { Events } from "../../ports/events.ts";
import type { MeasuredSample } from "../../proof/measurement.ts";
import type { ReportFacts } from "../../proof/report/build-report.ts";
import type { Report } from "../../proof/report/report.ts";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";

/** Everything that a command tells, in order: each view shows the same stream. `at` is on the run's clock. */
export type CliEvent =
  | RolloutEvent
  /** What a run is about to do; `demo` tells two. */
  | { readonly kind: "plan"; readonly at: Instant; readonly plan: ReportFacts }
  /** Prose about what happens outside of the rollout: a build, a background process that was started. */
  | { readonly kind: "note"; readonly at: Instant; readonly text: string }
  | { readonly kind: "probe"; readonly at: Instant; readonly sample: MeasuredSample }
  | { readonly kind: "error"; readonly at: Instant; readonly error: ErrorTold }
  | { readonly kind: "report"; readonly at: Instant; readonly report: Report };

/** A `HandoverError` as a value. */
export interface ErrorTold {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: Place | null;
  readonly next: string | null;
}

/** A subscriber that shows the stream. After `close` it writes nothing more, and the terminal is as it was. */
export interface View extends Events<CliEvent> {
  close(): void;
}
