import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Milliseconds } from "../../../fleet/time.ts";

/** A connection that nobody used for this long is closed, where the service gives no shorter hint. */
const IDLE_MS: Milliseconds = 15_000;

/**
 * The kept-alive connections to one slot. A service's `Keep-Alive: timeout=` hint shortens their life (Node's agent
 * leaves a margin of one second), and when the slot is out of rotation none is kept.
 */
export class SlotConnections extends Agent {
  #kept = false;

  constructor() {
    // Node's agent obeys the hint only where it has a time-out of its own, and applies either to idle sockets only.
    super({ keepAlive: true, scheduling: "lifo", timeout: IDLE_MS });
  }

  /** Connections are kept for the next request from now on. */
  keep(): void {
    this.#kept = true;
  }

  /** Closes the idle ones now, and each of the others as soon as its request has ended. */
  release(): void {
    this.#kept = false;
    for (const idle of Object.values(this.freeSockets)) for (const socket of idle ?? []) socket.destroy();
  }

  override keepSocketAlive(socket: Duplex): boolean {
    return this.#kept && Boolean(super.keepSocketAlive(socket));
  }
}

/** A connection of its own for one request. Half-open for upgrades, where each side ends by itself. */
export function freshConnection(host: string, port: number, allowHalfOpen: boolean): Socket {
  return connect({ host, port, allowHalfOpen, noDelay: true });
}
