import type { IncomingMessage } from "node:http";

/** Headers that a proxy adds for its users' requests, never for its own health checks; the last one is Handover's. */
const notTheBalancersOwn = ["x-forwarded-for", "forwarded", "via", "handover-probe"] as const;

/**
 * The address of the load balancer whose own health check this request is, or null if it is somebody else's:
 * forwarded for a user, from loopback (an operator, a sidecar) or Handover's own.
 */
export function checkerAddress(request: IncomingMessage): string | null {
  if (notTheBalancersOwn.some((header) => request.headers[header] !== undefined)) return null;
  const from = request.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, "");
  if (from === undefined || from === "::1" || from.startsWith("127.")) return null;
  return from;
}
