import { setTimeout as sleep } from "node:timers/promises";
import type { InFlight } from "./in-flight.ts";

/** How a service ends without failing a request, whoever asked it to. */

export interface Stop {
  readonly inFlight: InFlight;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
  /** No request is waited for that began before this; in milliseconds on `now`'s clock. */
  readonly sentUntil: number;
  readonly quietMs: number;
  readonly graceMs: number;
  readonly closeMs: number;
  /** Takes no new connections from now on; resolves when all are closed and the service has closed what it holds. */
  close(): Promise<void>;
  /** Tells the service that the end has come for streams and WebSockets. */
  announce(): void;
  /** Closes the connections that are left over. */
  cutConnections(): void;
}

/**
 * Serves on until no request has begun for `quietMs`, because a load balancer that has not noticed yet still sends
 * them; then takes no new connections, finishes what is in flight, cuts what is left after `graceMs`, and closes.
 * @throws what `close` throws, and an Error if it takes longer than `closeMs`.
 */
export async function stopServing(stop: Stop): Promise<void> {
  const grace = AbortSignal.timeout(stop.graceMs);
  await quiet(stop, grace);
  const closed = stop.close();
  // It is awaited below; an early failure must not count as unhandled until then.
  closed.catch(() => undefined);
  stop.announce();
  await stop.inFlight.idle(grace);
  stop.inFlight.cut();
  stop.cutConnections();
  await within(stop.closeMs, closed);
}

async function quiet({ inFlight, now, sentUntil, quietMs }: Stop, grace: AbortSignal): Promise<void> {
  for (;;) {
    const leftMs = Math.max(inFlight.lastBeganAt, sentUntil) + quietMs - now();
    if (!(leftMs > 0) || grace.aborted) return;
    await sleep(leftMs, undefined, { signal: grace }).catch(() => undefined);
  }
}

async function within(ms: number, done: Promise<void>): Promise<void> {
  const inTime = new AbortController();
  const tooLate = sleep(ms, undefined, { signal: inTime.signal }).then(() => {
    throw new Error(
      `The service had ${ms} ms to close what it holds (database, queues), which was not enough.`,
    );
  });
  try {
    await Promise.race([done, tooLate]);
  } finally {
    inTime.abort();
    tooLate.catch(() => undefined);
  }
}
