import type { IncomingMessage } from "node:http";

/**
 * The headers of a message as they were received (name, value, name, value ...), so that repeated ones and their
 * order survive.
 */
export type RawHeaders = readonly string[];

/** RFC 9110, section 7.6.1, and what older agents send; besides these, whatever `Connection` lists. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Never removed because `Connection` lists them: they say where the message goes and where it ends. */
const END_TO_END: ReadonlySet<string> = new Set(["host", "content-length"]);

/** Without the headers that are meant for this connection only. */
export function endToEnd(raw: RawHeaders): string[] {
  const listed = new Set(valuesOf(raw, "connection").flatMap((value) => value.toLowerCase().split(/[\s,]+/)));
  return without(
    raw,
    (name) =>
      HOP_BY_HOP.has(name) || name.startsWith("proxy-") || (listed.has(name) && !END_TO_END.has(name)),
  );
}

/** A request's headers as the service gets them: end to end, framed as the body was, and with the way it came. */
export function forwardedHeaders(request: IncomingMessage, address: string): string[] {
  const kept = endToEnd(request.rawHeaders);
  const framed = valuesOf(kept, "content-length").length > 0;
  const chunked = request.headers["transfer-encoding"] !== undefined;
  const framing = chunked
    ? ["Transfer-Encoding", "chunked"]
    : framed
      ? []
      : emptyBody(request.method ?? "GET");
  const host = request.headers.host;
  return [
    ...without(kept, (name) => OURS.has(name)),
    ...(host === undefined ? ["Host", address] : []),
    ...framing,
    "X-Forwarded-For",
    [...valuesOf(kept, "x-forwarded-for"), plainAddress(request.socket.remoteAddress)].join(", "),
    "X-Forwarded-Proto",
    "http",
    ...(host === undefined ? [] : ["X-Forwarded-Host", host]),
  ];
}

const OURS: ReadonlySet<string> = new Set(["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]);

/** Without a length, Node would give these requests chunks that they never had. */
function emptyBody(method: string): string[] {
  return BODYLESS.has(method) ? [] : ["Content-Length", "0"];
}

const BODYLESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

function valuesOf(raw: RawHeaders, wanted: string): string[] {
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === wanted);
}

function without(raw: RawHeaders, unwanted: (name: string) => boolean): string[] {
  return raw.filter((_, index) => !unwanted((raw[index - (index % 2)] ?? "").toLowerCase()));
}

/** An IPv4 client of a listener for both families is told as IPv4. */
function plainAddress(address: string | undefined): string {
  return (address ?? "unknown").replace(/^::ffff:(?=\d+\.)/, "");
}
