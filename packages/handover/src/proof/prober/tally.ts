import type { Instant } from "../../fleet/time.ts";
import type { Gap, MeasuredSample, Measurement } from "../measurement.ts";
import { FailureLog } from "./failure-log.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import type { Connection, ProbeAnswer } from "./send-probe.ts";
import { SampleLog } from "./sample-log.ts";

export type Phase = "before" | "during" | "after";

/** One request that was sent, as the tally remembers it until its answer. */
export interface Sent {
  readonly target: number;
  readonly connection: Connection;
  readonly at: Instant;
  readonly phase: Phase;
}

/** Sums up what a probe sees, in memory that does not grow with the requests. A request belongs to the phase it was sent in. */
export class Tally {
  readonly #startedAt: Instant;
  readonly #targets: readonly { url: string; sent: number; failed: number; latency: LatencyHistogram }[];
  readonly #phases = {
    before: new LatencyHistogram(),
    during: new LatencyHistogram(),
    after: new LatencyHistogram(),
  };
  readonly #recent = new LatencyHistogram();
  readonly #failures = new FailureLog();
  readonly #samples = new SampleLog();
  #phase: Phase = "before";
  #sent = 0;
  #sentInSample = 0;
  #failedInSample = 0;
  #answered = 0;
  #repeated = 0;
  #late = 0;
  #skipped = 0;
  #lastWhy: string | null = null;
  /** The last good answer; before the first one, the first answer of any kind. */
  #goodAt: Instant | null = null;
  #gapInSample: Gap | null = null;
  #longestGapMs = 0;
  #sendingUntil = Number.POSITIVE_INFINITY;

  constructor(urls: readonly string[], startedAt: Instant) {
    this.#startedAt = startedAt;
    this.#targets = urls.map((url) => ({ url, sent: 0, failed: 0, latency: new LatencyHistogram() }));
  }

  /** From here on the lack of new requests, not of answers, is what makes gaps: they end here. */
  stopSending(at: Instant): void {
    this.#sendingUntil = at;
  }

  enter(phase: Phase): void {
    this.#phase = phase;
  }

  get inFlight(): number {
    return this.#sent - this.#answered;
  }

  skipped(count: number): void {
    this.#skipped += count;
  }

  sent(target: number, connection: Connection, at: Instant, late: boolean): Sent {
    const counts = this.#targets[target];
    if (counts !== undefined) counts.sent += 1;
    this.#sent += 1;
    this.#sentInSample += 1;
    if (late) this.#late += 1;
    return { target, connection, at, phase: this.#phase };
  }

  answered(sent: Sent, answer: ProbeAnswer, at: Instant): void {
    this.#answered += 1;
    if (answer.repeated) this.#repeated += 1;
    if (answer.why === null) this.#good(sent, at);
    else this.#failed(sent, answer.why, at);
  }

  /** What happened since the last sample. */
  sample(at: Instant): MeasuredSample {
    if (this.#goodAt !== null) this.#gap({ from: this.#goodAt, to: at });
    const sample: MeasuredSample = {
      at,
      sent: this.#sentInSample,
      failed: this.#failedInSample,
      latency: this.#recent.summary(),
      gap: this.#gapInSample,
      lastWhy: this.#lastWhy,
      inFlight: this.inFlight,
    };
    this.#recent.clear();
    this.#sentInSample = 0;
    this.#failedInSample = 0;
    this.#gapInSample = null;
    this.#lastWhy = null;
    this.#samples.add(sample);
    return sample;
  }

  result(endedAt: Instant): Measurement {
    const { before, during, after } = this.#phases;
    return {
      total: this.#sent,
      failures: this.#failures.all(),
      longestGapMs: Math.round(this.#longestGapMs * 10) / 10,
      latency: {
        before: before.summary(),
        during: during.summary(),
        after: after.summary(),
        all: this.#targets[0]?.latency.summary() ?? { p50Ms: 0, p99Ms: 0 },
      },
      samples: this.#samples.all(),
      startedAt: this.#startedAt,
      endedAt,
      targets: this.#targets.map(({ url, sent, failed, latency }) => ({
        url,
        sent,
        failed,
        latency: latency.summary(),
      })),
      repeated: this.#repeated,
      late: this.#late,
      skipped: this.#skipped,
    };
  }

  #good(sent: Sent, at: Instant): void {
    if (this.#goodAt !== null) this.#gap({ from: this.#goodAt, to: at });
    this.#goodAt = at;
    this.#targets[sent.target]?.latency.add(at - sent.at);
    if (sent.target !== 0) return;
    this.#recent.add(at - sent.at);
    this.#phases[sent.phase].add(at - sent.at);
  }

  #failed(sent: Sent, why: string, at: Instant): void {
    const counts = this.#targets[sent.target];
    if (counts !== undefined) counts.failed += 1;
    this.#failedInSample += 1;
    this.#lastWhy = why;
    this.#goodAt ??= at;
    this.#failures.add({
      at,
      sentAt: sent.at,
      url: counts?.url ?? "",
      why,
      connection: sent.connection,
      count: 1,
    });
  }

  #gap(whole: Gap): void {
    const gap = { from: whole.from, to: Math.min(whole.to, this.#sendingUntil) };
    if (gap.to <= gap.from) return;
    this.#longestGapMs = Math.max(this.#longestGapMs, gap.to - gap.from);
    const known = this.#gapInSample;
    if (known === null || gap.to - gap.from > known.to - known.from) this.#gapInSample = gap;
  }
}
