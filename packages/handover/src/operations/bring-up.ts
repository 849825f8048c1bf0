import { join } from "node:path";
import { entryPoint, type BackgroundName } from "../adapters/background/entry-point.ts";
import { answers } from "../adapters/control/control-request.ts";
import { systemClock } from "../adapters/clock/system.ts";
import { startBackground } from "../adapters/background/start-background.ts";
import { supervisorState } from "../adapters/runtime/processes-client/supervisor-state.ts";
import { formatListen } from "../config/listen.ts";
import { HandoverError } from "../errors/handover-error.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { LocalEnvironment } from "../main.ts";

/** How long somebody else's may take until it answers, or until it has ended: a load balancer has 10 s for that. */
const OTHERS_MAY_TAKE_MS: Milliseconds = 15_000;

/**
 * Starts the load balancer and the supervisor where they do not run yet; returns which were started. Safe to repeat, and
 * for two at once: only one of each can serve a directory. Throws REFUSED where the address to listen on is taken, or where
 * the load balancer listens elsewhere than configured.
 */
export async function bringUp(
  local: LocalEnvironment,
  signal: AbortSignal,
): Promise<readonly BackgroundName[]> {
  const started: BackgroundName[] = [];
  const listen = formatListen(local.environment.listen);
  if (!(await answers(join(local.store, "balancer.sock"), signal))) {
    if (await start(local, "balancer", ["--listen", listen], signal)) started.push("balancer");
  }
  const { listen: actual, health } = await local.balancer.state(signal);
  if (actual !== listen)
    throw new HandoverError(
      "REFUSED",
      `the load balancer listens on ${actual}, the configuration says ${listen}`,
      {
        next: "Put the old address back, or run `handover down` and deploy again, which interrupts the service.",
      },
    );
  if (await bringUpSupervisor(local, signal)) started.push("supervisor");
  if (health === null) await declareKnownSlots(local, signal);
  return started;
}

/** True when it had to be started. Safe to repeat, as above. */
export async function bringUpSupervisor(local: LocalEnvironment, signal: AbortSignal): Promise<boolean> {
  if (await answers(local.supervisorSocket, signal)) return false;
  return await start(local, "supervisor", [], signal);
}

/** A load balancer that was started again learns its slots at once, so that what runs is served without a deploy. */
async function declareKnownSlots(local: LocalEnvironment, signal: AbortSignal): Promise<void> {
  const { slots } = await supervisorState(local.supervisorSocket, signal);
  const addresses = slots.map(({ slot, address }) => {
    const { hostname: host, port } = new URL(`http://${address}`);
    return { slot, host, port: Number(port) };
  });
  if (addresses.length > 0)
    await local.balancer.declare({ health: local.environment.health, slots: addresses }, signal);
}

/** False when somebody else's serves: one was faster by a moment, or the machine is busy. One that is ending is waited for. */
async function start(
  local: LocalEnvironment,
  name: BackgroundName,
  args: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const socket = join(local.store, `${name}.sock`);
  const log = join(local.store, "logs", `${name}.log`);
  const until = systemClock.now() + OTHERS_MAY_TAKE_MS;
  for (;;) {
    const ready = await startBackground(
      { entry: entryPoint(name), args: ["--directory", local.store, ...args], log },
      signal,
    );
    if (ready.kind === "ready") return true;
    if (ready.code !== "taken" || systemClock.now() >= until) {
      const next =
        ready.code === "EADDRINUSE"
          ? "End the program that listens there, or choose another `listen` in handover.yaml."
          : `Read ${log}.`;
      throw new HandoverError("REFUSED", `the ${name} could not be started: ${ready.message}`, { next });
    }
    if (await answers(socket, signal)) return false;
    await systemClock.sleep(100, signal);
    if (await answers(socket, signal)) return false;
  }
}
