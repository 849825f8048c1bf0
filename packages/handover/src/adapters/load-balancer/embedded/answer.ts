import { STATUS_CODES, type ClientRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { endToEnd } from "./headers.ts";

export type Refusal = "no server" | "no answer" | "not sendable";

const REFUSALS: Readonly<Record<Refusal, { readonly status: number; readonly body: string }>> = {
  "no server": { status: 503, body: "No server is available to handle this request." },
  "no answer": { status: 502, body: "The server gave no answer to this request." },
  "not sendable": { status: 400, body: "This request cannot be passed on." },
};

/** Answers in the balancer's own name. */
export function refuse(response: ServerResponse, refusal: Refusal, closing: boolean): void {
  const { status, body } = REFUSALS[refusal];
  // The reason is given, because a failed attempt to pass on a service's own may have left that behind.
  response.writeHead(status, STATUS_CODES[status] ?? "", {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    ...(closing ? { connection: "close" } : {}),
  });
  response.end(body);
}

/**
 * Passes a slot's answer on as it comes: head at once (an event stream may stay silent after it), then the body, read no
 * faster than the client takes it. When the slot dies in mid-body the client's connection is broken off, so that a part
 * is never taken for the whole. `cut` is called then. `added`: headers of the balancer's own, name after name and value.
 */
export function relay(
  outgoing: ClientRequest,
  answer: IncomingMessage,
  response: ServerResponse,
  closing: boolean,
  added: readonly string[],
  cut: () => void,
): void {
  const encoding = answer.headers["transfer-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") {
    // The body has a coding of this connection only (RFC 9112, section 7), which could not be passed on truthfully.
    answer.destroy();
    cut();
    return refuse(response, "no answer", closing);
  }
  try {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", [
      ...endToEnd(answer.rawHeaders),
      ...added,
      ...(closing ? ["Connection", "close"] : []),
    ]);
  } catch {
    // Node's parser lets in a reason phrase that its writer refuses.
    answer.destroy();
    cut();
    return refuse(response, "no answer", closing);
  }
  // Head and first bytes leave in one packet when they came in one.
  const client = response.socket;
  client?.cork();
  response.flushHeaders();
  setImmediate(() => client?.uncork());

  const broken = (): void => {
    if (answer.complete || response.destroyed) return;
    cut();
    // Without a length or chunks the end of the connection is the end of the body: only a reset tells it from a whole one.
    const framed = response.chunkedEncoding || answer.headers["content-length"] !== undefined;
    if (framed) response.destroy();
    else response.req.socket.resetAndDestroy();
  };
  // The request hears of a reset before Node takes it for the end of an unframed body.
  outgoing.once("error", broken);
  answer.once("error", broken);
  pipeline(answer, response, () => {});
}
