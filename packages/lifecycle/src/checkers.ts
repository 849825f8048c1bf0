/**
 * What each load balancer has been answered, as runs of equal answers: the evidence by which Handover knows that a
 * balancer without a view of its own has taken this instance out, or in, by the balancer's own rule.
 */

export type Answer = "passed" | "refused";

export interface CheckerView {
  readonly from: string;
  readonly run: Answer;
  /** Equal answers in a row. */
  readonly count: number;
  readonly firstAgoMs: number;
  readonly lastAgoMs: number;
}

interface Run {
  readonly run: Answer;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A fleet has a few balancer nodes; more addresses than this are noise, and the stalest is forgotten. */
const mostCheckers = 64;

export class Checkers {
  readonly #now: () => number;
  /** In the order of their last check: the first is the stalest. */
  readonly #runs = new Map<string, Run>();

  /** `now` is monotonic, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  answered(from: string, answer: Answer): void {
    const now = this.#now();
    const before = this.#runs.get(from);
    this.#runs.delete(from);
    this.#runs.set(
      from,
      before?.run === answer
        ? { ...before, count: before.count + 1, lastAt: now }
        : { run: answer, count: 1, firstAt: now, lastAt: now },
    );
    const [stalest] = this.#runs.keys();
    if (this.#runs.size > mostCheckers && stalest !== undefined) this.#runs.delete(stalest);
  }

  view(): CheckerView[] {
    const now = this.#now();
    return [...this.#runs].map(([from, { run, count, firstAt, lastAt }]) => ({
      from,
      run,
      count,
      firstAgoMs: Math.round(now - firstAt),
      lastAgoMs: Math.round(now - lastAt),
    }));
  }
}
