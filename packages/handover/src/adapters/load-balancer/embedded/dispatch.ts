import { request, type ClientRequest, type RequestOptions } from "node:http";
import type { Socket } from "node:net";
import type { Milliseconds } from "../../../fleet/time.ts";
import type { RawHeaders } from "./headers.ts";
import type { RequestTally } from "./request-tally.ts";
import type { Slot } from "./slot.ts";
import type { SlotTable } from "./slot-table.ts";
import { freshConnection } from "./slot-connections.ts";

/** A slot that has not accepted a connection after this long is passed over; its checks decide whether it stays in. */
const CONNECT_DEADLINE_MS: Milliseconds = 3_000;

export interface Order {
  readonly method: string;
  readonly path: string;
  readonly headers: (address: string) => RawHeaders;
  /** May be sent twice; only such a request goes over a kept-alive connection. */
  readonly repeatable: boolean;
  readonly upgrade: boolean;
}

export interface Outcome {
  /** A request was made: what comes back is to be listened for. Called again for each further attempt. */
  readonly sent: (outgoing: ClientRequest, slot: Slot) => void;
  /** The slot accepted the connection: from here on the request counts as delivered, and its body may be read. */
  readonly delivered: (outgoing: ClientRequest) => void;
  /** The last attempt came to nothing, before a byte of a final answer. */
  readonly failed: (why: "no server" | "no answer" | "not sendable") => void;
}

/**
 * Brings one request to a slot in rotation. One that could not connect has reached nobody and goes to another slot,
 * whatever its method. One that may be repeated is sent again, once and over a fresh connection, when its kept-alive
 * connection turned out closed before a byte came back. Returns the function that abandons it when the client has gone.
 */
export function dispatch(table: SlotTable, tally: RequestTally, order: Order, outcome: Outcome): () => void {
  const unreached = new Set<Slot>();
  let abandoned = false;
  let current: ClientRequest | null = null;

  const attempt = (fresh: boolean): void => {
    const slot = table.next(unreached);
    if (slot === null) return outcome.failed("no server");
    const ended = slot.begin();
    let outgoing: ClientRequest;
    try {
      outgoing = request(optionsOf(order, slot, fresh));
    } catch {
      // Node refuses to send what its own parser let in, such as a space in the path.
      ended();
      return outcome.failed("not sendable");
    }
    current = outgoing;
    const reached = follow(outgoing, () => outcome.delivered(outgoing));
    let answered = false;
    outgoing.once("response", () => (answered = true)).once("upgrade", () => (answered = true));
    outgoing.once("error", (error: NodeJS.ErrnoException) => {
      // What died after its answer had begun is told by the answer's own stream.
      outgoing.on("error", () => {});
      if (answered) return;
      ended();
      if (abandoned) return;
      if (!reached.connected) {
        unreached.add(slot);
        if (error.code === "ECONNREFUSED") slot.refused();
        return attempt(fresh);
      }
      if (order.repeatable && outgoing.reusedSocket && reached.bytesBack() === 0) {
        tally.repeated += 1;
        return attempt(true);
      }
      outcome.failed("no answer");
    });
    if (order.upgrade) countUntilClosed(outgoing, ended);
    else outgoing.once("close", ended);
    outcome.sent(outgoing, slot);
  };

  attempt(!order.repeatable);
  return () => {
    abandoned = true;
    current?.destroy();
  };
}

function optionsOf(order: Order, slot: Slot, fresh: boolean): RequestOptions {
  const { host, port } = slot;
  const base = { host, port, method: order.method, path: order.path, headers: order.headers(slot.address) };
  return fresh
    ? { ...base, createConnection: () => freshConnection(host, port, order.upgrade) }
    : { ...base, agent: slot.connections };
}

/** Watches how far a request got: whether a connection stood, and how much came back over it. */
function follow(
  outgoing: ClientRequest,
  delivered: () => void,
): { readonly connected: boolean; readonly bytesBack: () => number } {
  const reached = { connected: false, bytesBack: (): number => 0 };
  outgoing.once("socket", (socket: Socket) => {
    const before = socket.bytesRead;
    reached.bytesBack = () => socket.bytesRead - before;
    const connected = (): void => {
      reached.connected = true;
      delivered();
    };
    if (!socket.connecting) return connected();
    const deadline = setTimeout(
      () => outgoing.destroy(new Error("no connection in time")),
      CONNECT_DEADLINE_MS,
    );
    socket.once("close", () => clearTimeout(deadline));
    socket.once("connect", () => {
      clearTimeout(deadline);
      connected();
    });
  });
  return reached;
}

/** An upgraded connection is in flight for as long as it is open; one that was not upgraded, like any request. */
function countUntilClosed(outgoing: ClientRequest, ended: () => void): void {
  let upgraded = false;
  outgoing.prependOnceListener("upgrade", (_response, socket) => {
    upgraded = true;
    socket.once("close", ended);
  });
  outgoing.once("close", () => {
    if (!upgraded) ended();
  });
}
