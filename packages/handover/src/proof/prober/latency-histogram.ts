import type { Milliseconds } from "../../fleet/time.ts";
import type { Latency } from "../../ports/prober.ts";

const SMALLEST_MS = 0.01;
const GROWTH = 1.02;
/** Up to about 150 s, five times the longest deadline that makes sense; everything slower counts as that. */
const BUCKETS = 836;

/**
 * Counts of latencies in buckets whose bounds grow by 2 %. A percentile is the geometric middle of its bucket, so it is
 * off by at most sqrt(1.02) - 1 = 1 %. Takes 3.3 kB, however many values it holds.
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(latencyMs: Milliseconds): void {
    const index = Math.floor(Math.log(Math.max(latencyMs, SMALLEST_MS) / SMALLEST_MS) / Math.log(GROWTH));
    const bucket = Math.min(index, BUCKETS - 1);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#size += 1;
  }

  /** The smallest latency that at least `share` (0 to 1) of the values do not exceed (nearest rank); 0 when empty. */
  percentile(share: number): Milliseconds {
    if (this.#size === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.#size));
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return SMALLEST_MS * GROWTH ** (bucket + 0.5);
    }
    return SMALLEST_MS * GROWTH ** BUCKETS;
  }

  /** Rounded to a hundredth of a millisecond, which is what the report shows. */
  summary(): Latency {
    return { p50Ms: hundredths(this.percentile(0.5)), p99Ms: hundredths(this.percentile(0.99)) };
  }

  clear(): void {
    this.#counts.fill(0);
    this.#size = 0;
  }
}

function hundredths(ms: Milliseconds): Milliseconds {
  return Math.round(ms * 100) / 100;
}
