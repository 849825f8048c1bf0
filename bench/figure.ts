/** One measured number beside its goal, which it may not exceed. */
export interface Figure {
  readonly kind: "figure";
  readonly name: string;
  readonly value: number;
  readonly atMost: number;
  readonly met: boolean;
  /** What was measured, as JSON; another machine's figures are read with it. */
  readonly measured: Readonly<Record<string, unknown>>;
}

/** `why` says that nothing was measured: then the goal is missed, whatever the value. */
export function figure(
  name: string,
  value: number,
  atMost: number,
  measured: Figure["measured"],
  why: string | null = null,
): Figure {
  return {
    kind: "figure",
    name,
    value: Math.round(value * 1_000) / 1_000,
    atMost,
    met: why === null && value <= atMost,
    measured: why === null ? measured : { ...measured, why },
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
