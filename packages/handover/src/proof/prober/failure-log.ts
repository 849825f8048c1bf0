import type { MeasuredFailure } from "../measurement.ts";

/** So many failures stand one by one; from then on those of a kind are one entry a second. */
export const ONE_BY_ONE = 2_000;

/** Every failure, in memory that grows with time and kinds, not with requests. */
export class FailureLog {
  readonly #entries: MeasuredFailure[] = [];
  readonly #merged = new Map<string, number>();
  #second = Number.NaN;

  add(failure: MeasuredFailure): void {
    if (this.#entries.length < ONE_BY_ONE) {
      this.#entries.push(failure);
      return;
    }
    const second = Math.floor(failure.at / 1000);
    if (second !== this.#second) this.#merged.clear();
    this.#second = second;
    const key = `${failure.why} ${failure.connection} ${failure.url}`;
    const index = this.#merged.get(key);
    const earlier = index === undefined ? undefined : this.#entries[index];
    if (index === undefined || earlier === undefined) {
      this.#merged.set(key, this.#entries.push(failure) - 1);
      return;
    }
    this.#entries[index] = { ...failure, count: earlier.count + failure.count };
  }

  all(): readonly MeasuredFailure[] {
    return this.#entries;
  }
}
