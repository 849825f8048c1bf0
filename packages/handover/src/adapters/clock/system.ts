import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { Clock } from "../../ports/clock.ts";

/** The clock of this process: monotonic, its origin is the start of the process. */
export const systemClock: Clock = { now: () => performance.now(), sleep };

/**
 * The clock of this machine: monotonic, its origin is the machine's start. Two processes of one boot may compare its
 * instants, so what one wrote down the next can still judge; after a reboot they mean nothing.
 */
export const machineClock: Clock = { now: machineNow, sleep };

function machineNow(): Instant {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

function sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, ms);
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
