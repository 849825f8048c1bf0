import { createServer, type Server } from "node:http";
import type { Milliseconds } from "../../../fleet/time.ts";
import { forward, type Traffic } from "./forward.ts";
import { asksForTunnel, tunnel } from "./tunnel.ts";

/** Idle kept-alive connections of clients are closed after this long, as nginx does by default; Node tells them so. */
const CLIENT_IDLE_MS: Milliseconds = 75_000;

/** The public side: HTTP/1.1, plain. What its parser does not understand, Node answers with 400. */
export function createProxyServer(traffic: Traffic): Server {
  const server = createServer(
    {
      keepAliveTimeout: CLIENT_IDLE_MS,
      // A long upload is no attack by itself; the time for the head of a request stays limited (60 s).
      requestTimeout: 0,
      shouldUpgradeCallback: asksForTunnel,
    },
    (request, response) => forward(traffic, request, response),
  );
  server.on("checkContinue", (request, response) => forward(traffic, request, response));
  server.on("upgrade", (request, socket, head) => tunnel(traffic, request, socket, head));
  // Clients that pipeline have many requests under way on one connection, and each listens for its end.
  server.on("connection", (socket) => socket.setMaxListeners(0));
  return server;
}
