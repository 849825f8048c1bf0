/** Real servers on loopback for the tests beside this file. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  type Server,
} from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { balancerId } from "../../../fleet/ids.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import type { HealthSettings } from "../../../health/settings.ts";
import { embeddedLoadBalancer, type EmbeddedLoadBalancer } from "../embedded-client.ts";
import type { BalancedSlot, SlotAddress } from "./control-contract.ts";
import { startEmbeddedBalancer, type EmbeddedBalancer } from "./embedded-balancer.ts";

/** A service: `/health` answers by `healthy`, everything else is recorded and given to `listener`. */
export class Service implements AsyncDisposable {
  readonly server: Server;
  readonly sockets: Set<Socket> = new Set();
  readonly seen: string[] = [];
  checks = 0;
  healthy = true;
  #port = 0;

  constructor(listener: RequestListener) {
    this.server = createServer((request, response) => {
      if (request.url === "/health") {
        this.checks += 1;
        response.writeHead(this.healthy ? 200 : 503).end();
        return;
      }
      this.seen.push(`${request.method} ${request.url}`);
      listener(request, response);
    });
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<this> {
    this.server.listen(this.#port, "127.0.0.1");
    await once(this.server, "listening");
    const address = this.server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
    return this;
  }

  /** As a killed process ends: nobody listens, every connection is reset. */
  async die(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
    await once(this.server, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.die();
  }
}

export async function service(
  listener: RequestListener = (_request, response) => response.end("ok"),
): Promise<Service> {
  return new Service(listener).listen();
}

export const quick: HealthSettings = {
  path: "/health",
  intervalMs: 40,
  timeoutMs: 1_000,
  unhealthyThreshold: 2,
  healthyThreshold: 2,
};

/** A balancer in a directory of its own, with its client. */
export class Bed implements AsyncDisposable {
  readonly balancer: EmbeddedBalancer;
  readonly directory: string;
  readonly client: EmbeddedLoadBalancer;
  readonly signal: AbortSignal = AbortSignal.timeout(60_000);

  constructor(balancer: EmbeddedBalancer, directory: string) {
    this.balancer = balancer;
    this.directory = directory;
    this.client = embeddedLoadBalancer(balancerId("embedded"), this.socketPath);
  }

  get socketPath(): string {
    return join(this.directory, "balancer.sock");
  }

  get port(): number {
    return Number(this.balancer.listen.split(":").at(-1));
  }

  slot(name: SlotKey): BalancedSlot {
    const found = this.balancer.state().slots.find(({ slot }) => slot === name);
    if (found === undefined) throw new Error(`${name} is not in the table`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.balancer.close(0);
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function emptyBed(): Promise<Bed> {
  const directory = await mkdtemp(join(tmpdir(), "handover-"));
  const socketPath = join(directory, "balancer.sock");
  const balancer = await startEmbeddedBalancer({ host: "127.0.0.1", port: 0, socketPath, generation: "1:1" });
  return new Bed(balancer, directory);
}

export function at(slot: SlotKey, { port }: { readonly port: number }): SlotAddress {
  return { slot, host: "127.0.0.1", port };
}

/** A balancer in front of these services (api-1/a, api-2/a ...), all of them in rotation. */
export async function balancing(
  services: readonly { readonly port: number }[],
  health: Partial<HealthSettings> = {},
): Promise<Bed> {
  const bed = await emptyBed();
  const slots = services.map((each, index) => at(`api-${index + 1}/a`, each));
  await bed.client.declare({ health: { ...quick, ...health }, slots }, bed.signal);
  await until("all slots are in rotation", () => bed.balancer.state().slots.every((slot) => slot.in));
  return bed;
}

/** Waits for what must become true, and says what did not. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not in 10 s: ${what}`);
    await sleep(2);
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** One request to a port of loopback, and its whole answer. */
export async function ask(port: number, path = "/", options: RequestOptions = {}, body = ""): Promise<Reply> {
  const sent = request({ host: "127.0.0.1", port, path, agent: false, ...options });
  sent.end(body);
  const answer = await answerTo(sent);
  const received = await buffer(answer);
  const { headers, rawHeaders } = answer;
  return { status: answer.statusCode ?? 0, headers, rawHeaders, body: received.toString() };
}

/** The head of an answer; its body is still to come. */
export async function answerTo(sent: ReturnType<typeof request>): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.once("response", resolve);
  sent.once("error", reject);
  return promise;
}

/** Sends bytes as they are, and gives all that comes back until the connection ends, however it does. */
export async function sendBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => (received += chunk));
  socket.on("error", () => {});
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return received;
}
