import { request } from "node:http";
import type { Milliseconds } from "../../fleet/time.ts";

export interface SocketAnswer {
  readonly kind: "answer";
  readonly status: number;
  /** Parsed JSON, or null where there was none. */
  readonly body: unknown;
}

/** Why there was no answer: nobody listens there (`gone`), or the answer did not come in time (`late`). */
export type NoAnswer =
  | { readonly kind: "gone"; readonly why: string }
  | { readonly kind: "late"; readonly why: string };

export interface SocketRequest {
  readonly socket: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly deadlineMs: Milliseconds;
}

/**
 * One request to a control socket, over a connection of its own. Rejects only with the signal's reason; a connection
 * that broke before the answer is `gone`, and then the outcome is unclear: observe before acting.
 */
export function socketRequest(order: SocketRequest, signal: AbortSignal): Promise<SocketAnswer | NoAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const deadline = AbortSignal.timeout(order.deadlineMs);
    const text = order.body === undefined ? null : JSON.stringify(order.body);
    const headers: Record<string, string | number> =
      text === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const failed = (error: Error): void => {
      if (signal.aborted) reject(signal.reason instanceof Error ? signal.reason : error);
      else if (deadline.aborted) resolve({ kind: "late", why: `no answer within ${order.deadlineMs} ms` });
      else resolve({ kind: "gone", why: "code" in error ? String(error.code) : error.message });
    };
    const sent = request(
      {
        socketPath: order.socket,
        method: order.method,
        path: order.path,
        headers,
        agent: false,
        signal: AbortSignal.any([signal, deadline]),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", failed);
        response.once("end", () => {
          const status = response.statusCode ?? 0;
          resolve({ kind: "answer", status, body: parsed(Buffer.concat(chunks).toString("utf8")) });
        });
      },
    );
    sent.once("error", failed);
    sent.end(text ?? undefined);
  });
}

/** Whether somebody answers on a control socket now. A file that a dead process left behind does not answer. */
export async function answers(socket: string, signal: AbortSignal): Promise<boolean> {
  const got = await socketRequest({ socket, method: "GET", path: "/state", deadlineMs: 2_000 }, signal);
  return got.kind === "answer" && got.status === 200;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
