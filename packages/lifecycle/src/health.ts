import type { IncomingMessage, ServerResponse } from "node:http";

/** The health path: who asks for it, what the service says of itself, and how that is answered. */

export interface HealthOptions {
  /** Default `/health`. */
  readonly path?: string;
  /**
   * Asked at each health check, unless the service is draining; false, an exception and an answer later than
   * `timeoutMs` make it unhealthy. The signal is aborted when the time is over.
   */
  readonly check?: (signal: AbortSignal) => boolean | Promise<boolean>;
  /** In milliseconds, default 400. Keep it below the load balancer's own timeout. */
  readonly timeoutMs?: number;
}

export type Health = "healthy" | "unhealthy" | "draining" | "stopping";

/** GET and HEAD, and OPTIONS because that is what HAProxy's `option httpchk` sends when it is given no method. */
const methods: readonly (string | undefined)[] = ["GET", "HEAD", "OPTIONS"];

export function isHealthRequest(request: IncomingMessage, path: string): boolean {
  return methods.includes(request.method) && request.url?.split("?", 1)[0] === path;
}

/** One question to the service at a time: checks that arrive meanwhile share its answer. */
export function healthCheck(options: HealthOptions): () => Promise<boolean> {
  const { check, timeoutMs = 400 } = options;
  if (check === undefined) return () => Promise.resolve(true);
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= answerWithin(timeoutMs, check).finally(() => (asked = null));
    return asked;
  };
}

export function answerHealth(response: ServerResponse, health: Health): void {
  const body = `${JSON.stringify({ status: health })}\n`;
  response.writeHead(health === "healthy" ? 200 : 503, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}

async function answerWithin(timeoutMs: number, check: NonNullable<HealthOptions["check"]>): Promise<boolean> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
      timeout.abort();
    }, timeoutMs);
    timer.unref();
  });
  const answer = (async () => check(timeout.signal))().catch(() => false);
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
