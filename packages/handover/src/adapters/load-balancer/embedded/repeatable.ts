import type { IncomingMessage } from "node:http";

/** RFC 9110, section 9.2.2: sent twice, they mean the same as sent once. */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Whether a request may be sent a second time: its method allows it, and no body would have to be kept for that. */
export function mayBeRepeated(request: Pick<IncomingMessage, "method" | "headers">): boolean {
  return IDEMPOTENT.has(request.method ?? "") && !hasBody(request);
}

/** A request has a body when it gives its length or its chunks: RFC 9112, section 6. */
export function hasBody({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
