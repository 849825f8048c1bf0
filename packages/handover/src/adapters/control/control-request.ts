import { request, type RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
import type { Milliseconds } from "../../fleet/time.ts";

/** Where a control socket or listener is, as a drain tells it: `unix:/path/balancer.sock` or `http://127.0.0.1:20012`. */
export type ControlAddress = `unix:${string}` | `http://${string}`;

export interface ControlRequest {
  readonly at: ControlAddress;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Bearer token. */
  readonly token?: string;
  readonly body?: unknown;
  readonly deadlineMs: Milliseconds;
}

export interface ControlAnswer {
  readonly kind: "answer";
  readonly status: number;
  /** Parsed JSON, or null where there was none. */
  readonly body: unknown;
}

/** Why there was no answer: the connection failed or broke (`gone`, with its code), or none came in time (`late`). */
export type NoAnswer =
  | { readonly kind: "gone"; readonly why: string }
  | { readonly kind: "late"; readonly why: string };

/**
 * One request to whoever is controlled: JSON over HTTP/1.1, over a connection of its own. Rejects only with the signal's
 * reason. After a connection that broke before the answer the outcome is unclear: observe before acting.
 */
export async function controlRequest(
  asked: ControlRequest,
  signal: AbortSignal,
): Promise<ControlAnswer | NoAnswer> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(asked.deadlineMs);
  try {
    return await send(asked, AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return { kind: "late", why: `no answer within ${asked.deadlineMs} ms` };
    if (!(error instanceof Error)) return { kind: "gone", why: String(error) };
    return { kind: "gone", why: "code" in error ? String(error.code) : error.message };
  }
}

/** Whether somebody answers on a control socket now. A file that a dead process left behind does not answer. */
export async function answers(socket: string, signal: AbortSignal): Promise<boolean> {
  const asked = { at: `unix:${socket}`, method: "GET", path: "/state", deadlineMs: 2_000 } as const;
  const got = await controlRequest(asked, signal);
  return got.kind === "answer" && got.status === 200;
}

function send(asked: ControlRequest, signal: AbortSignal): Promise<ControlAnswer> {
  const body = asked.body === undefined ? "" : JSON.stringify(asked.body);
  return new Promise((resolve, reject) => {
    const sent = request({
      ...placeOf(asked.at),
      method: asked.method,
      path: asked.path,
      agent: false,
      signal,
      headers: {
        "content-length": Buffer.byteLength(body),
        ...(body === "" ? {} : { "content-type": "application/json" }),
        ...(asked.token === undefined ? {} : { authorization: `Bearer ${asked.token}` }),
      },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      text(response).then(
        (received) => resolve({ kind: "answer", status: response.statusCode ?? 0, body: parsed(received) }),
        reject,
      );
    });
    sent.end(body);
  });
}

function placeOf(at: ControlAddress): RequestOptions {
  if (at.startsWith("unix:")) return { socketPath: at.slice("unix:".length), host: "localhost" };
  const { hostname, port } = new URL(at);
  return { host: hostname.replace(/^\[|\]$/g, ""), port };
}

function parsed(received: string): unknown {
  try {
    return JSON.parse(received);
  } catch {
    return null;
  }
}
