import type { Clock } from "../ports/clock.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";

interface Timer {
  readonly at: Instant;
  readonly order: number;
  readonly ring: () => void;
  /** Somebody's promise hangs on it: what follows has to run before time may pass on. */
  readonly wakes: boolean;
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

  /** Calls `ring` after `ms`; it settles no promise (that is what `sleep` is for). Returns what cancels it. */
  after(ms: Milliseconds, ring: () => void): () => void {
    return this.#set(ms, ring, false);
  }

  #set(ms: Milliseconds, ring: () => void, wakes: boolean): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, ring, wakes };
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
      const wake = (): void => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const cancel = this.#set(ms, wake, true);
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Lets time pass until `isOver` or until `limit`. Returns false when the limit came first. */
  async run(isOver: () => boolean, limit: Instant): Promise<boolean> {
    await everyoneWaits();
    while (!isOver()) {
      const next = this.#timers[0];
      if (next === undefined || next.at > limit) {
        this.#now = Math.max(this.#now, limit);
        return false;
      }
      this.#timers.shift();
      this.#now = next.at;
      next.ring();
      if (next.wakes) await everyoneWaits();
    }
    return true;
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
