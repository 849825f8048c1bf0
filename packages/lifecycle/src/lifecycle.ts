import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { checkerAddress } from "./checker-address.ts";
import { Checkers } from "./checkers.ts";
import { listenForControl } from "./control-listener.ts";
import { type ControlAddress, type Environment, controlSettings, releaseName } from "./control-settings.ts";
import { Drain } from "./drain.ts";
import { type Health, type HealthOptions, answerHealth, healthCheck, isHealthRequest } from "./health.ts";
import { InFlight, lastOnItsConnection } from "./in-flight.ts";
import { stopOnSigterm } from "./sigterm.ts";
import { stopServing } from "./stop.ts";

/** The life of one service: joins health, drain, control and stop; servers are joined to it elsewhere. */

export interface LifecycleOptions {
  readonly health?: HealthOptions;
  /** How long after SIGTERM a request, stream or WebSocket may last before it is cut, in milliseconds. Default 30 000. */
  readonly graceMs?: number;
  /**
   * How long no request may have begun before a stopping service takes no new connections, in milliseconds.
   * Default 1 000. Counts from SIGTERM, or from the last request where the service had been drained before.
   */
  readonly quietMs?: number;
  /** How long closing (database, queues) may take at the end, in milliseconds. Default 5 000. */
  readonly closeMs?: number;
  /** Default `process.env`. */
  readonly environment?: Environment;
}

export interface Lifecycle extends AsyncDisposable {
  /** Where the control listener listens, null where the environment asks for none. Rejects if it cannot. */
  readonly ready: Promise<ControlAddress | null>;
  /** Health checks are refused: a drain is held, or the service stops. */
  readonly draining: boolean;
  /** Requests, event streams and WebSockets under way. */
  readonly inFlight: number;
  /** Aborted when the service stops and takes no new connections: end event streams and WebSockets now. */
  readonly closing: AbortSignal;
  /** What SIGTERM does, without the exit. Repeated, it is the same stop. Rejects if closing failed or took too long. */
  stop(): Promise<void>;
}

/** What a server is to its lifecycle. */
export interface Listener {
  /** Takes no new connections from now on; resolves when all are closed and the service has closed what it holds. */
  close(): Promise<void>;
  cutConnections(): void;
  /** Does no longer tell the lifecycle of requests; they are all the service's own again. */
  forget(): void;
}

export interface ServingLifecycle extends Lifecycle {
  readonly healthPath: string;
  /** Every request passes here first; true: it was a health check and has its answer. */
  answers(request: IncomingMessage, response: ServerResponse): boolean;
  upgraded(socket: Duplex): void;
  /** Aborts `closing`. */
  announce(): void;
}

/** @throws {TypeError} if the environment contradicts itself. */
export function createLifecycle(options: LifecycleOptions, listener: Listener): ServingLifecycle {
  const { health = {}, environment = process.env } = options;
  const now = (): number => performance.now();
  const healthPath = health.path ?? "/health";
  const isHealthy = healthCheck(health);
  const drain = new Drain(now);
  const checkers = new Checkers(now);
  const inFlight = new InFlight(now);
  const closing = new AbortController();
  let stopped: Promise<void> | null = null;

  const control = listenForControl(controlSettings(environment), {
    drain,
    checkers,
    release: releaseName(environment),
    inFlight: () => inFlight.count,
    moveAway: () => inFlight.moveAway(),
  });

  const refusing = (): Health | null => (stopped !== null ? "stopping" : drain.isHeld ? "draining" : null);

  async function answerCheck(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = refusing() ?? ((await isHealthy()) ? "healthy" : "unhealthy");
    // A drain may have begun while the service was asked.
    const answer = refusing() ?? asked;
    const from = checkerAddress(request);
    // A checker that has hung up saw no answer, which is a failed check to it.
    if (from !== null)
      checkers.answered(from, answer === "healthy" && !response.destroyed ? "passed" : "refused");
    if (answer !== "healthy") lastOnItsConnection(response);
    answerHealth(response, answer);
  }

  function stop(): Promise<void> {
    const drained = drain.isHeld;
    stopped ??= stopServing({
      inFlight,
      now,
      sentUntil: drained ? Number.NEGATIVE_INFINITY : now(),
      quietMs: options.quietMs ?? 1_000,
      graceMs: options.graceMs ?? 30_000,
      closeMs: options.closeMs ?? 5_000,
      close: () => listener.close(),
      announce: () => closing.abort(),
      cutConnections: () => listener.cutConnections(),
    });
    inFlight.moveAway();
    return stopped;
  }

  const forgetSigterm = stopOnSigterm(stop);

  return {
    ready: control.ready,
    closing: closing.signal,
    healthPath,
    get draining() {
      return refusing() !== null;
    },
    get inFlight() {
      return inFlight.count;
    },
    answers(request, response) {
      if (isHealthRequest(request, healthPath)) {
        void answerCheck(request, response);
        return true;
      }
      if (refusing() !== null) lastOnItsConnection(response);
      inFlight.request(response);
      return false;
    },
    upgraded: (socket) => inFlight.upgrade(socket),
    announce: () => closing.abort(),
    stop,
    [Symbol.asyncDispose]: async () => {
      forgetSigterm();
      listener.forget();
      closing.abort();
      await control[Symbol.asyncDispose]();
    },
  };
}
