import type { MeasuredSample } from "../measurement.ts";

/** 4,096 samples at four a second are 17 minutes. */
export const MOST_SAMPLES = 4_096;

/** The samples of a run. When there are too many, neighbours are joined: hours of run keep a picture, at a coarser grain. */
export class SampleLog {
  #samples: MeasuredSample[] = [];

  add(sample: MeasuredSample): void {
    this.#samples.push(sample);
    if (this.#samples.length > MOST_SAMPLES) this.#samples = inPairs(this.#samples);
  }

  all(): readonly MeasuredSample[] {
    return this.#samples;
  }
}

function inPairs(samples: readonly MeasuredSample[]): MeasuredSample[] {
  const joined: MeasuredSample[] = [];
  for (let index = 0; index < samples.length; index += 2) {
    const [first, second] = samples.slice(index, index + 2);
    if (first !== undefined) joined.push(second === undefined ? first : join(first, second));
  }
  return joined;
}

/** Counts add up; of latencies and gaps the worse one stays. */
function join(first: MeasuredSample, second: MeasuredSample): MeasuredSample {
  return {
    at: second.at,
    sent: first.sent + second.sent,
    failed: first.failed + second.failed,
    latency: {
      p50Ms: Math.max(first.latency.p50Ms, second.latency.p50Ms),
      p99Ms: Math.max(first.latency.p99Ms, second.latency.p99Ms),
    },
    gap: lengthOf(first) > lengthOf(second) ? first.gap : second.gap,
    lastWhy: second.lastWhy ?? first.lastWhy,
    inFlight: second.inFlight,
  };
}

function lengthOf(sample: MeasuredSample): number {
  return sample.gap === null ? 0 : sample.gap.to - sample.gap.from;
}
