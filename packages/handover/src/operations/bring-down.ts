import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readParsed } from "../adapters/background/atomic-file.ts";
import { endProcess, gone } from "../adapters/background/end-process.ts";
import {
  lives,
  processIdentitySchema,
  type ProcessIdentity,
} from "../adapters/background/process-identity.ts";
import { answers } from "../adapters/control/control-request.ts";
import { systemClock } from "../adapters/clock/system.ts";
import { orderDown } from "../adapters/runtime/processes-client/supervisor-state.ts";
import { HandoverError } from "../errors/handover-error.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { LocalEnvironment } from "../main.ts";
import { bringUpSupervisor } from "./bring-up.ts";
import { takeLease } from "./take-lease.ts";

/** What it takes beside the stop grace to end everything. */
const MARGIN_MS: Milliseconds = 15_000;

/**
 * Ends the load balancer first, so that nobody is sent to an instance that ends, then all instances and the supervisor.
 * Returns what was ended. Needs the lease: a deploy under way is not pulled down. Safe to repeat. Where the supervisor has
 * gone but its instances may not have, another one is started to end them. Throws LOST where something does not end.
 */
export async function bringDown(local: LocalEnvironment, signal: AbortSignal): Promise<readonly string[]> {
  const ended: string[] = [];
  const hasSupervisor = await supervised(local, signal);
  const token = hasSupervisor ? await takeLease(local.lease, systemClock, signal, () => undefined) : null;
  const balancer = recorded(local, "balancer");
  if (balancer !== null) {
    await endProcess(balancer, MARGIN_MS, signal);
    ended.push("balancer");
  }
  if (token === null) return ended;
  const supervisor = recorded(local, "supervisor");
  await orderDown(local.supervisorSocket, token, signal);
  const withinMs = local.environment.stopGraceMs + MARGIN_MS;
  if (supervisor !== null && !(await gone(supervisor, withinMs, signal))) {
    throw new HandoverError("LOST", "The supervisor has not ended all instances yet; it goes on doing so.", {
      next: `Read ${join(local.store, "logs", "supervisor.log")}.`,
    });
  }
  return [...ended, "supervisor and instances"];
}

/** Whether there is a supervisor, now: one that is slow to answer counts, and so does one that left instances behind. */
async function supervised(local: LocalEnvironment, signal: AbortSignal): Promise<boolean> {
  if (await answers(local.supervisorSocket, signal)) return true;
  const instances = join(local.store, "instances");
  const leftBehind = existsSync(instances) && readdirSync(instances).length > 0;
  if (!leftBehind && recorded(local, "supervisor") === null) return false;
  await bringUpSupervisor(local, signal);
  return true;
}

/** A background process by its record, if it still runs. */
function recorded(local: LocalEnvironment, name: "balancer" | "supervisor"): ProcessIdentity | null {
  const identity = readParsed(join(local.store, `${name}.json`), processIdentitySchema);
  return identity !== null && lives(identity) ? identity : null;
}
