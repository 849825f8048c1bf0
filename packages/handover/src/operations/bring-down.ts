import { join } from "node:path";
import { readParsed } from "../adapters/background/atomic-file.ts";
import { endProcess, gone } from "../adapters/background/end-process.ts";
import { processIdentitySchema } from "../adapters/background/process-identity.ts";
import { answers } from "../adapters/control/control-request.ts";
import { systemClock } from "../adapters/clock/system.ts";
import { orderDown } from "../adapters/runtime/processes-client/supervisor-state.ts";
import type { LocalEnvironment } from "../main.ts";
import type { Milliseconds } from "../fleet/time.ts";
import { takeLease } from "./take-lease.ts";

/** What it takes beside the stop grace to end everything. */
const MARGIN_MS: Milliseconds = 15_000;

/**
 * Ends the load balancer first, so that nobody is sent to an instance that ends, then all instances and the supervisor.
 * Returns what was ended. Needs the lease: a deploy under way is not pulled down. Safe to repeat.
 */
export async function bringDown(local: LocalEnvironment, signal: AbortSignal): Promise<readonly string[]> {
  const ended: string[] = [];
  const hasSupervisor = await answers(local.supervisorSocket, signal);
  const token = hasSupervisor ? await takeLease(local.lease, systemClock, signal, () => undefined) : null;
  const balancer = readParsed(join(local.store, "balancer.json"), processIdentitySchema);
  if (balancer !== null && (await answers(join(local.store, "balancer.sock"), signal))) {
    await endProcess(balancer, MARGIN_MS, signal);
    ended.push("balancer");
  }
  if (token === null) return ended;
  const supervisor = readParsed(join(local.store, "supervisor.json"), processIdentitySchema);
  await orderDown(local.supervisorSocket, token, signal);
  if (supervisor !== null) await gone(supervisor, local.environment.stopGraceMs + MARGIN_MS, signal);
  return [...ended, "supervisor and instances"];
}
