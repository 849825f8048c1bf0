import type { Instant, Milliseconds } from "../../fleet/time.ts";

/** Where an instant lies on the picture. */
export interface TimeScale {
  readonly from: Instant;
  readonly to: Instant;
  readonly left: number;
  readonly right: number;
}

export function xOf(scale: TimeScale, at: Instant): number {
  const share = (at - scale.from) / Math.max(1, scale.to - scale.from);
  return scale.left + Math.min(1, Math.max(0, share)) * (scale.right - scale.left);
}

const STEPS_MS: readonly Milliseconds[] = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
];

/** Round times since `zero`, at most ten of them within the scale. */
export function ticksOf(scale: TimeScale, zero: Instant): readonly Milliseconds[] {
  const length = scale.to - scale.from;
  const step = STEPS_MS.find((ms) => length / ms <= 10) ?? length / 10;
  const ticks: Milliseconds[] = [];
  for (let ms = Math.ceil((scale.from - zero) / step) * step; zero + ms <= scale.to; ms += step)
    ticks.push(ms);
  return ticks;
}
