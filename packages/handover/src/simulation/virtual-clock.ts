import type { Clock } from "../ports/clock.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";

interface Timer {
  readonly at: Instant;
  readonly order: number;
  readonly ring: () => void;
}

/**
 * Time that passes only when everybody waits: it jumps from one timer to the next, in the order in which they were set,
 * so that one seed is one run, on any machine.
 */
export class VirtualClock implements Clock {
  #now: Instant = 0;
  #order = 0;
  readonly #timers: Timer[] = [];

  now(): Instant {
    return this.#now;
  }

  /** Calls `ring` after `ms`. Returns what cancels it. */
  after(ms: Milliseconds, ring: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, ring };
    insert(this.#timers, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      });
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Lets time pass until `isOver` or until `limit`. Returns false when the limit came first. */
  async run(isOver: () => boolean, limit: Instant): Promise<boolean> {
    for (;;) {
      await everyoneWaits();
      if (isOver()) return true;
      const next = this.#timers.shift();
      if (next === undefined || next.at > limit) return false;
      this.#now = next.at;
      next.ring();
    }
  }
}

/** All promise callbacks that can run have run: what is left waits for a timer. */
function everyoneWaits(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function insert(timers: Timer[], timer: Timer): void {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = timers[middle];
    if (other !== undefined && other.at <= timer.at) low = middle + 1;
    else high = middle;
  }
  timers.splice(low, 0, timer);
}
