import { once } from "node:events";
import { Agent, type IncomingHttpHeaders, type Server, request as httpRequest } from "node:http";
import { type Socket, connect } from "node:net";
import type { Lifecycle } from "../src/index.ts";

/** Real sockets for the tests of this package: an answer, a raw connection, a control client. */

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
}

export const token = "test-token";
export const controlled: Readonly<Record<string, string>> = {
  HANDOVER_CONTROL: "127.0.0.1:0",
  HANDOVER_TOKEN: token,
  HANDOVER_RELEASE: "sha-1a2b3c4.9f02",
};

/** Listens on a port that the system chooses. */
export async function listen(server: Server, host = "127.0.0.1"): Promise<number> {
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return address.port;
}

/** Asks for a connection that is kept alive, so that its end is the service's wish; its own agent closes it after. */
export async function ask(port: number, path: string, asked: Asked = {}): Promise<Answer> {
  if (asked.agent !== undefined) return answerTo(port, path, asked, asked.agent);
  const own = new Agent({ keepAlive: true });
  try {
    return await answerTo(port, path, asked, own);
  } finally {
    own.destroy();
  }
}

async function answerTo(port: number, path: string, asked: Asked, agent: Agent): Promise<Answer> {
  const request = httpRequest({
    host: "127.0.0.1",
    port,
    path,
    method: asked.method ?? "GET",
    headers: { ...asked.headers },
    agent,
  });
  request.end(asked.body);
  const [response] = await once(request, "response");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

export type Control = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: unknown }>;

/** Speaks with the control listener; strings are sent as they are, everything else as JSON. */
export async function controlOf(lifecycle: Lifecycle): Promise<Control> {
  const address = await lifecycle.ready;
  if (address === null) throw new Error("there is no control listener");
  return async (method, path, body, headers = { authorization: `Bearer ${token}` }) => {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const answer = await ask(address.port, path, {
      method,
      headers,
      ...(text === undefined ? {} : { body: text }),
    });
    return { status: answer.status, body: answer.text === "" ? null : JSON.parse(answer.text) };
  };
}

/** A connection on which a test says every byte; `until` resolves with all that came, once it matches. */
export interface RawConnection {
  readonly socket: Socket;
  until(pattern: RegExp): Promise<string>;
}

export async function rawConnection(port: number, firstBytes: string): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  let seen = "";
  socket.setEncoding("utf8").on("data", (text: string) => (seen += text));
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(firstBytes);
  return {
    socket,
    until: async (pattern) => {
      while (!pattern.test(seen)) await once(socket, "data", { signal: AbortSignal.timeout(10_000) });
      return seen;
    },
  };
}

/** Resolves when the condition holds; looks again on each turn of the event loop, until 10 s have passed. */
export async function when(condition: () => boolean): Promise<void> {
  const late = AbortSignal.timeout(10_000);
  while (!condition()) {
    late.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
