import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { carriesToken } from "./bearer.ts";
import { type ControlAnswer, Refused } from "./control-answer.ts";
import { type Controlled, obey } from "./control-routes.ts";
import type { ControlAddress, ControlSettings } from "./control-settings.ts";

/** The listener that Handover talks to, apart from the one that users talk to. */

export interface ControlListener extends AsyncDisposable {
  /** Where it listens; null where the environment asks for none. Rejects if it cannot listen there. */
  readonly ready: Promise<ControlAddress | null>;
}

export function listenForControl(settings: ControlSettings, service: Controlled): ControlListener {
  if (settings.kind === "none") {
    return { ready: Promise.resolve(null), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const { address, token } = settings;
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    void answer(request, token, service).then((answer) => send(response, answer));
  });
  const ready = (async () => {
    server.listen(address.port, address.host);
    await once(server, "listening");
    // The public listener decides how long the process lives.
    server.unref();
    const bound = server.address();
    return {
      host: address.host,
      port: typeof bound === "object" && bound !== null ? bound.port : address.port,
    };
  })();
  return {
    ready,
    [Symbol.asyncDispose]: async () => {
      await ready.catch(() => undefined);
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function answer(request: IncomingMessage, token: string, service: Controlled): Promise<ControlAnswer> {
  try {
    if (!carriesToken(request.headers.authorization, token)) {
      throw new Refused(
        401,
        "unauthorized",
        "Every control request needs the bearer token in HANDOVER_TOKEN.",
        {
          "WWW-Authenticate": "Bearer",
        },
      );
    }
    return await obey(request, service);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    return new Refused(400, "broken-request", "The request ended before its body did.").answer;
  }
}

function send(response: ServerResponse, answer: ControlAnswer): void {
  const body = answer.body === undefined ? "" : `${JSON.stringify(answer.body)}\n`;
  response.writeHead(answer.status, {
    ...answer.headers,
    "Cache-Control": "no-store",
    ...(body === "" ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
  });
  response.end(body);
}
