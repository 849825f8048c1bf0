import { request } from "node:http";
import type { Milliseconds } from "../../../fleet/time.ts";
import { freshConnection } from "./slot-connections.ts";

/** `why` is for people: `status 200`, `refused`, `no answer in 400 ms`. */
export type CheckResult =
  | { readonly kind: "passed"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

interface Asked {
  readonly host: string;
  readonly port: number;
  readonly address: string;
}

/** One health check: a GET on a connection of its own, passed by a status of 200 to 399 within `timeoutMs`. Never rejects. */
export function checkHealth(
  { host, port, address }: Asked,
  path: string,
  timeoutMs: Milliseconds,
): Promise<CheckResult> {
  return new Promise((resolve) => {
    const asked = request({
      path,
      headers: { host: address, "user-agent": "handover-balancer", connection: "close" },
      createConnection: () => freshConnection(host, port, false),
    });
    const deadline = setTimeout(() => {
      resolve({ kind: "failed", why: `no answer in ${timeoutMs} ms` });
      asked.destroy();
    }, timeoutMs);
    asked.on("response", (response) => {
      const status = response.statusCode ?? 0;
      resolve({ kind: status >= 200 && status < 400 ? "passed" : "failed", why: `status ${status}` });
      response.on("error", () => {}).resume();
    });
    asked.on("upgrade", (_response, socket) => {
      socket.destroy();
      resolve({ kind: "failed", why: "status 101" });
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      const refused = error.code === "ECONNREFUSED";
      resolve({
        kind: refused ? "refused" : "failed",
        why: refused ? "refused" : (error.code ?? error.message),
      });
    });
    asked.on("close", () => clearTimeout(deadline));
    asked.end();
  });
}
