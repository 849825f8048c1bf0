import type { FastifyInstance } from "fastify";
import { WebSocketServer } from "ws";

/** A WebSocket that sends back what it gets. */

const goingAway = 1001;

/** `closing`: the service takes no new connections; clients are asked to come back, to another instance. */
export function addEcho(app: FastifyInstance, closing: AbortSignal): void {
  const sockets = new WebSocketServer({ server: app.server, path: "/echo", maxPayload: 64 * 1024 });
  sockets.on("connection", (socket) => {
    socket.on("message", (message, binary) => socket.send(message, { binary }));
    // A broken client is its own trouble; its socket is closed by ws.
    socket.on("error", () => undefined);
  });
  closing.addEventListener("abort", () => {
    for (const socket of sockets.clients) socket.close(goingAway);
  });
}
