import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/**
 * Everything that a stop would cut: requests until their response is finished or their connection is closed (an event
 * stream is one), and upgraded sockets (WebSockets) until they are closed.
 */
export class InFlight {
  readonly #now: () => number;
  readonly #responses = new Set<ServerResponse>();
  readonly #upgraded = new Set<Duplex>();
  readonly #changes = new EventEmitter();
  #lastBeganAt = Number.NEGATIVE_INFINITY;

  /** `now` is monotonic, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get count(): number {
    return this.#responses.size + this.#upgraded.size;
  }

  /** When the last request began, on the clock that was given. */
  get lastBeganAt(): number {
    return this.#lastBeganAt;
  }

  /** Counts a request; one on a socket that was upgraded is that socket, and is not counted twice. */
  request(response: ServerResponse): void {
    const socket = response.req.socket;
    if (this.#upgraded.has(socket)) return;
    this.#lastBeganAt = this.#now();
    this.#responses.add(response);
    const ended = (): void => this.#ended(this.#responses, response);
    response.once("finish", ended).once("close", ended);
  }

  upgrade(socket: Duplex): void {
    this.#lastBeganAt = this.#now();
    this.#upgraded.add(socket);
    socket.once("close", () => this.#ended(this.#upgraded, socket));
  }

  /** Makes every response that has not begun yet the last one on its connection. */
  moveAway(): void {
    for (const response of this.#responses) lastOnItsConnection(response);
  }

  /** Resolves when nothing is in flight, or when the signal is aborted, whichever comes first. */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.count > 0 && !signal.aborted) {
      await once(this.#changes, "ended", { signal }).catch(() => undefined);
    }
  }

  /** Ends what is left, without another byte. */
  cut(): void {
    for (const response of this.#responses) response.destroy();
    for (const socket of this.#upgraded) socket.destroy();
  }

  #ended<Kind>(under: Set<Kind>, one: Kind): void {
    if (under.delete(one)) this.#changes.emit("ended");
  }
}

/** HTTP/2 has no such header, and forbids it. */
export function lastOnItsConnection(response: ServerResponse): void {
  if (!response.headersSent && response.req.httpVersionMajor < 2) response.setHeader("Connection", "close");
}
