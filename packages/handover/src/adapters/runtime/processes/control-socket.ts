import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { rmSync } from "node:fs";
import type { Socket } from "node:net";
import type { Instant } from "../../../fleet/time.ts";
import { machineClock } from "../../clock/system.ts";
import { Refused } from "./refused.ts";
import { answerTo, BadRequest, type Answer } from "./routes.ts";
import type { Supervisor } from "./supervisor.ts";

const LARGEST_BODY = 1024 * 1024;
/** Answers that are on their way have this long when the socket is closed. */
const LAST_ANSWERS_MS = 500;
/** How finely it is known when this process was last awake. */
const PULSE_MS = 20;

export interface ControlSocket {
  close(): Promise<void>;
}

/**
 * Serves the control socket, which only its owner can open. The claim of the directory must be held: a socket that a dead
 * supervisor left is removed. `onDown` is called once everything has been ended and the answer was given.
 */
export async function serveControl(
  path: string,
  supervisor: Supervisor,
  onDown: () => void,
): Promise<ControlSocket> {
  const receipts = new Receipts();
  const reply = async (
    request: IncomingMessage,
    response: ServerResponse,
    receivedAt: Instant,
  ): Promise<void> => {
    const given = await answer(supervisor, request, receivedAt);
    send(response, given);
    if (given.thenEnd === true) onDown();
  };
  const server = createServer((request, response) => {
    const receivedAt = receipts.of(request.socket);
    void reply(request, response, receivedAt);
  });
  server.on("connection", (socket) => receipts.opened(socket));
  server.keepAliveTimeout = 1;
  rmSync(path, { force: true });
  await listenPrivately(server, path);
  return {
    close: () =>
      new Promise((resolve) => {
        receipts.end();
        server.close(() => resolve());
        server.closeIdleConnections();
        // A client that stopped in the middle of a request would hold this process, and with it the claim, for ever.
        setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref();
      }),
  };
}

/** The socket never exists with a mode that others could open it with. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(before);
    }
  });
}

async function answer(
  supervisor: Supervisor,
  request: IncomingMessage,
  receivedAt: Instant,
): Promise<Answer> {
  try {
    const body = await bodyOf(request);
    return await answerTo(supervisor, request.method ?? "GET", request.url ?? "/", body, receivedAt);
  } catch (error) {
    if (error instanceof Refused) return refusal(409, "REFUSED", error.message);
    if (error instanceof BadRequest) return refusal(error.status, error.code, error.message);
    return refusal(500, "INTERNAL", error instanceof Error ? error.message : String(error));
  }
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > LARGEST_BODY) throw new BadRequest(413, "TOO_LARGE", "the request is over 1 MB");
    chunks.push(chunk);
  }
  if (size === 0) return null;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new BadRequest(400, "BAD_REQUEST", "the request is not JSON");
  }
}

function send(response: ServerResponse, given: Answer): void {
  const text = given.body === undefined ? "" : JSON.stringify(given.body);
  response.writeHead(given.status, {
    ...(text === "" ? {} : { "content-type": "application/json" }),
    connection: "close",
  });
  response.end(text);
}

/**
 * When an order was received at the earliest. One may have waited in the socket while this process was stopped (a
 * machine under load, SIGSTOP); so a connection counts from when this process was last known to be awake before it was
 * accepted: the last pulse but one, because after a stop a pulse may come ahead of what waited.
 */
class Receipts {
  readonly #opened: WeakMap<Socket, Instant> = new WeakMap();
  #awakeAt: Instant = machineClock.now();
  #lastPulse: Instant = this.#awakeAt;
  readonly #pulse: NodeJS.Timeout = setInterval(() => {
    this.#awakeAt = this.#lastPulse;
    this.#lastPulse = machineClock.now();
  }, PULSE_MS);

  opened(socket: Socket): void {
    this.#opened.set(socket, this.#awakeAt);
  }

  of(socket: Socket): Instant {
    return this.#opened.get(socket) ?? this.#awakeAt;
  }

  end(): void {
    clearInterval(this.#pulse);
  }
}
