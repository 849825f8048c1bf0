/**
 * The kept-alive race: a service that closes its idle connections just when the load balancer sends a request over
 * them. Run alone: `node bench/kept-alive-race.ts`. One line of JSON; exit status 1 when a request was lost, or when no
 * race happened and nothing was measured.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { balancerId } from "../packages/handover/src/fleet/ids.ts";
import { embeddedLoadBalancer } from "../packages/handover/src/adapters/load-balancer/embedded-client.ts";
import { startEmbeddedBalancer } from "../packages/handover/src/adapters/load-balancer/embedded/embedded-balancer.ts";

export interface KeptAliveRace {
  readonly name: "kept-alive race";
  readonly requests: number;
  readonly lost: number;
  /** How often the race happened: the connection turned out closed, and the request was sent again. */
  readonly repeated: number;
}

const SERVE = "serve-for-the-kept-alive-race";
const CLIENTS = 40;
/** The service closes a connection after so long without a request; clients wait between none and twice of it. */
const IDLE_MS = 2;

/** Sends `requests` GETs, at most 40 at a time, through the embedded load balancer. Throws when that cannot be set up. */
export async function keptAliveRace(requests = 20_000): Promise<KeptAliveRace> {
  const directory = await mkdtemp(join(tmpdir(), "handover-race-"));
  // A process of its own, so that its time-outs end in the middle of what the balancer is doing.
  const service = fork(import.meta.filename, [SERVE]);
  const [port] = await once(service, "message");
  const socketPath = join(directory, "balancer.sock");
  const balancer = await startEmbeddedBalancer({
    host: "127.0.0.1",
    port: 0,
    socketPath,
    generation: "bench",
  });
  try {
    const client = embeddedLoadBalancer(balancerId("embedded"), socketPath);
    const signal = AbortSignal.timeout(10_000);
    const health = {
      path: "/",
      intervalMs: 1_000,
      timeoutMs: 900,
      unhealthyThreshold: 3,
      healthyThreshold: 1,
    };
    await client.declare({ health, slots: [{ slot: "api-1/a", host: "127.0.0.1", port }] }, signal);
    await client.admit("api-1/a", signal);
    const lost = await loseSome(requests, Number(balancer.listen.split(":").at(-1)));
    return { name: "kept-alive race", requests, lost, repeated: balancer.state().requests.repeated };
  } finally {
    await balancer.close(0);
    service.kill();
    await rm(directory, { recursive: true, force: true });
  }
}

/** How many of these requests had no good answer. */
async function loseSome(requests: number, port: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  let left = requests;
  let lost = 0;
  const send = async (_: unknown, index: number): Promise<void> => {
    while (left > 0) {
      left -= 1;
      if (!(await isAnswered(agent, port))) lost += 1;
      await sleep((left + index) % (2 * IDLE_MS + 1));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, send));
  agent.destroy();
  return lost;
}

async function isAnswered(agent: Agent, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const sent = request({ host: "127.0.0.1", port, agent, timeout: 10_000 });
  sent.on("response", (response) => {
    response.on("end", () => resolve(response.statusCode === 200));
    response.on("error", () => resolve(false));
    response.resume();
  });
  sent.on("timeout", () => sent.destroy());
  sent.on("error", () => resolve(false));
  sent.end();
  return promise;
}

/** It says `keep-alive` without a hint for how long, and then does not keep it for long. */
async function serve(): Promise<void> {
  const server = createServer(
    { keepAliveTimeout: IDLE_MS, keepAliveTimeoutBuffer: 0 },
    (_request, response) => {
      response.setHeader("connection", "keep-alive");
      response.end("ok");
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  process.send?.(address !== null && typeof address === "object" ? address.port : 0);
  process.once("disconnect", () => process.exit());
}

const alone = process.argv[1] === import.meta.filename;
if (alone && process.argv[2] === SERVE) await serve();
else if (alone) {
  const race = await keptAliveRace();
  console.log(JSON.stringify(race));
  process.exitCode = race.lost === 0 && race.repeated > 0 ? 0 : 1;
}
