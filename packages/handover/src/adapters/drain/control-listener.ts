/** A service's control listener for the tests beside this file: the contract of DESIGN.md, in its shortest form. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";
import type { ServiceControl } from "./lifecycle.ts";

const order = z.object({ by: z.string().default(""), leaseMs: z.number().nullable() });

export class ControlListener implements AsyncDisposable {
  readonly token = "a-token";
  drain: { id: string; by: string; forMs: number; leaseMs: number | null } | null = null;
  inFlight: number | null = 0;
  /** Called before each answer: what happens between two requests. */
  before: (asked: string) => void = () => {};
  readonly asked: string[] = [];
  readonly #server: Server;
  #drains = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const body =
        request.method === "POST" || request.method === "PUT" ? json(request) : Promise.resolve(null);
      void body.then((told) => {
        const [status, answer] = this.#answer(
          `${request.method} ${request.url}`,
          told,
          request.headers.authorization,
        );
        response.writeHead(status, { "content-type": "application/json" });
        response.end(answer === null ? undefined : JSON.stringify(answer));
        return null;
      });
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get control(): ServiceControl {
    const address = this.#server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    return { address: `127.0.0.1:${port}`, token: this.token };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer(asked: string, told: unknown, authorization: string | undefined): [number, object | null] {
    this.asked.push(asked);
    this.before(asked);
    if (authorization !== `Bearer ${this.token}`)
      return [401, { error: { code: "token", message: "no token" } }];
    const { drain } = this;
    if (asked === "GET /state") return [200, { drain, inFlight: this.inFlight, release: "sha-1a2b3c4.9f02" }];
    if (asked === "POST /drain") {
      const { by, leaseMs } = order.parse(told);
      if (drain !== null && drain.by !== by) return [409, { drain: drain.id, by: drain.by }];
      this.drain = { id: drain?.id ?? `d-${(this.#drains += 1)}`, by, forMs: 0, leaseMs };
      return [202, { drain: this.drain.id }];
    }
    const id = asked.split("/drain/")[1];
    if (asked.startsWith("DELETE ")) {
      if (drain?.id === id) this.drain = null;
      return [204, null];
    }
    if (drain === null || drain.id !== id)
      return [404, { error: { code: "drain-ended", message: "it has ended" } }];
    this.drain = { ...drain, leaseMs: order.parse(told).leaseMs };
    return [204, null];
  }
}
