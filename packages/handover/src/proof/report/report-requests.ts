import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { Latency } from "../../ports/prober.ts";
import type { MeasuredSample, Measurement } from "../measurement.ts";
import { attribute, type AttributionFacts } from "./attribution.ts";
import type { ReportRequests } from "./report.ts";
import { wallTime } from "./wall-time.ts";

const LISTED = 100;

export interface RequestFacts {
  readonly probe: Measurement | null;
  readonly cut: number;
  readonly promisedFrom: Instant;
  readonly attribution: AttributionFacts;
  readonly wallOffsetMs: Milliseconds;
}

/** What users saw: failures that are not the deploy's are neither in `failed` nor in `total`. */
export function reportRequests({ probe, cut, ...facts }: RequestFacts): ReportRequests {
  if (probe === null) return { ...unprobed, cut };
  const { counted, before, network } = attribute(probe.failures, facts.attribution);
  const { all, ...latency } = probe.latency;
  return {
    total: probe.total - before - network,
    failed: counted.reduce((sum, { count }) => sum + count, 0),
    cut,
    longestGapMs: longestGapFrom(probe.samples, facts.promisedFrom),
    p50Ms: all.p50Ms,
    p99Ms: all.p99Ms,
    latency,
    repeated: probe.repeated,
    late: probe.late,
    skipped: probe.skipped,
    notCounted: { before, network },
    failures: counted.slice(0, LISTED).map(({ at, url, why, connection, count }) => ({
      at: wallTime(at, facts.wallOffsetMs),
      url,
      why,
      connection,
      count,
    })),
  };
}

/** The longest time without a good answer, of which only what lies after `from` counts. Rounded to 0.1 ms. */
function longestGapFrom(samples: readonly MeasuredSample[], from: Instant): Milliseconds {
  const lengths = samples.map(({ gap }) => (gap === null ? 0 : gap.to - Math.max(gap.from, from)));
  return Math.round(Math.max(0, ...lengths) * 10) / 10;
}

const none: Latency = { p50Ms: 0, p99Ms: 0 };

const unprobed: ReportRequests = {
  total: 0,
  failed: 0,
  cut: 0,
  longestGapMs: 0,
  p50Ms: 0,
  p99Ms: 0,
  latency: { before: none, during: none, after: none },
  repeated: 0,
  late: 0,
  skipped: 0,
  notCounted: { before: 0, network: 0 },
  failures: [],
};
