import { IncomingMessage, type Server as HttpServer, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { Duplex } from "node:stream";

export type Server = HttpServer | HttpsServer;

/** Sees what reaches a server before the server's own listeners do. */
export interface Seen {
  /** True: it has its answer, and the listeners do not get it. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(socket: Duplex): void;
}

/**
 * Wraps `emit` instead of adding listeners: those that are added later come second too, and a server without a listener
 * for `upgrade` goes on answering such requests in plain HTTP, which it would not do if one were added here.
 * Returns how to stop seeing.
 */
export function intercept(server: Server, seen: Seen): () => void {
  const original = server.emit;
  let active = true;

  function emit(this: unknown, event: string | symbol, ...given: unknown[]): boolean {
    const answered = active && sees(seen, event, given);
    return answered || Reflect.apply(original, server, [event, ...given]);
  }

  server.emit = emit;
  return () => {
    active = false;
    // Whoever wrapped it after us keeps their wrap; ours then only passes on.
    if (server.emit === emit) server.emit = original;
  };
}

function sees(seen: Seen, event: string | symbol, [first, second]: readonly unknown[]): boolean {
  switch (event) {
    case "request":
    case "checkContinue":
    case "checkExpectation":
      return (
        first instanceof IncomingMessage && second instanceof ServerResponse && seen.request(first, second)
      );
    case "upgrade":
    case "connect":
      if (second instanceof Duplex) seen.upgrade(second);
      return false;
    default:
      return false;
  }
}
