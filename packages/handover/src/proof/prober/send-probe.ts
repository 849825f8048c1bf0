import * as http from "node:http";
import * as https from "node:https";
import { isIP, type Socket } from "node:net";
import type { Milliseconds } from "../../fleet/time.ts";

export type Connection = "new" | "kept-alive";

export interface ProbeRequest {
  readonly url: URL;
  /** Where to connect: one of the addresses of the URL's host. */
  readonly address: string;
  readonly connection: Connection;
  readonly failFromStatus: number;
  /** For the whole request, its body included. */
  readonly deadlineMs: Milliseconds;
}

export interface ProbeAnswer {
  /** null: a good answer. */
  readonly why: string | null;
  readonly repeated: boolean;
}

/** The connections that are kept alive, used in turn, so that all of them go on being used. */
export interface KeptAlive {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export function keepAlive(): KeptAlive {
  const options = { keepAlive: true, scheduling: "fifo" } as const;
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

export function closeKeptAlive(kept: KeptAlive): void {
  kept.http.destroy();
  kept.https.destroy();
}

const HEADERS = { "user-agent": "handover-probe", "handover-probe": "1", accept: "*/*" };
/** How a kept-alive connection shows that the other side had closed it. */
const CLOSED = new Set(["ECONNRESET", "EPIPE"]);

/** Sends one GET and waits for the end of its answer. Never rejects: what went wrong is the answer. */
export function sendProbe(probe: ProbeRequest, kept: KeptAlive): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    let repeated = false;
    let status: string | null = null;
    let current: http.ClientRequest | null = null;

    const deadline = setTimeout(() => {
      settle(status ?? "timeout");
      current?.destroy();
    }, probe.deadlineMs);

    function settle(why: string | null): void {
      clearTimeout(deadline);
      resolve({ why, repeated });
    }

    function attempt(connection: Connection): void {
      const request = open(probe, connection, kept);
      let answered = false;
      let socket: Socket | null = null;
      let receivedBefore = 0;
      request.on("socket", (assigned) => {
        socket = assigned;
        receivedBefore = assigned.bytesRead;
      });
      request.on("response", (response) => {
        answered = true;
        const code = response.statusCode ?? 0;
        if (code >= probe.failFromStatus) status = `status ${code}`;
        response.on("error", () => settle(status ?? "body cut off"));
        response.on("close", () => settle(status ?? (response.complete ? null : "body cut off")));
        response.resume();
      });
      request.on("error", (error) => {
        if (answered) return;
        const code = "code" in error && typeof error.code === "string" ? error.code : error.message;
        const silent = socket === null || socket.bytesRead === receivedBefore;
        // Repeating is safe: a GET changes nothing, and not one byte of an answer came back.
        if (request.reusedSocket && silent && CLOSED.has(code) && !repeated) {
          repeated = true;
          attempt("new");
        } else settle(code);
      });
      current = request;
      request.end();
    }

    attempt(probe.connection);
  });
}

function open(probe: ProbeRequest, connection: Connection, kept: KeptAlive): http.ClientRequest {
  const { url, address } = probe;
  const secure = url.protocol === "https:";
  const hostname = url.hostname;
  const options: https.RequestOptions = {
    host: address,
    port: url.port === "" ? (secure ? 443 : 80) : url.port,
    path: `${url.pathname}${url.search}`,
    headers: { ...HEADERS, host: url.host },
  };
  if (!secure) return http.request({ ...options, agent: connection === "new" ? false : kept.http });
  const named = isIP(hostname) === 0 && !hostname.startsWith("[") ? { servername: hostname } : {};
  return https.request({ ...options, ...named, agent: connection === "new" ? false : kept.https });
}
