import { request, type RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { HandoverError } from "../../errors/handover-error.ts";
import type { Milliseconds } from "../../fleet/time.ts";

/** Control listeners answer at once; one that has not by then is taken for one that cannot. */
const DEADLINE_MS: Milliseconds = 2_000;

/** Where a control listener is, as a drain tells it: `unix:/path/balancer.sock` or `http://127.0.0.1:20012`. */
export type ControlAddress = `unix:${string}` | `http://${string}`;

export interface ControlRequest {
  readonly at: ControlAddress;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

export interface ControlAnswer {
  readonly status: number;
  /** Parsed JSON; null where there is none. */
  readonly body: unknown;
}

/**
 * One request to a control listener: JSON over HTTP/1.1, answered within two seconds.
 * Rejects with HOST_UNREACHABLE when there was no answer, and with the signal's reason when that is aborted.
 */
export async function askControl(asked: ControlRequest, signal: AbortSignal): Promise<ControlAnswer> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<ControlAnswer>();
  const body = asked.body === undefined ? "" : JSON.stringify(asked.body);
  const sent = request({
    ...placeOf(asked.at),
    method: asked.method,
    path: asked.path,
    agent: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    headers: {
      "content-length": Buffer.byteLength(body),
      ...(body === "" ? {} : { "content-type": "application/json" }),
      ...(asked.token === undefined ? {} : { authorization: `Bearer ${asked.token}` }),
    },
  });
  sent.on("response", (response) => {
    text(response)
      .then((received) =>
        resolve({ status: response.statusCode ?? 0, body: received === "" ? null : JSON.parse(received) }),
      )
      .catch(reject);
  });
  sent.on("error", reject);
  sent.end(body);
  try {
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? (codeOf(error) ?? error.message) : String(error);
    throw new HandoverError(
      "HOST_UNREACHABLE",
      `${asked.method} ${asked.path} at ${asked.at} had no answer: ${why}`,
      {
        cause: error,
      },
    );
  }
}

/** Whether nobody listens there at all: no process, so nothing that could hold a drain. */
export function nobodyListens(error: unknown): boolean {
  const code = error instanceof HandoverError && error.cause instanceof Error ? codeOf(error.cause) : null;
  return code === "ECONNREFUSED" || code === "ENOENT";
}

/** The order was understood and not carried out. */
export function refusedOrder(asked: ControlRequest, answer: ControlAnswer): HandoverError {
  const told = errorAnswer.safeParse(answer.body);
  const why = told.success ? told.data.error.message : `status ${answer.status}`;
  return new HandoverError(
    "ORDER_REFUSED",
    `${asked.method} ${asked.path} at ${asked.at} was refused: ${why}`,
  );
}

const errorAnswer = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function placeOf(at: ControlAddress): RequestOptions {
  if (at.startsWith("unix:")) return { socketPath: at.slice("unix:".length), host: "localhost" };
  const { hostname, port } = new URL(at);
  return { host: hostname.replace(/^\[|\]$/g, ""), port };
}

function codeOf(error: Error): string | null {
  return "code" in error && typeof error.code === "string" ? error.code : null;
}
