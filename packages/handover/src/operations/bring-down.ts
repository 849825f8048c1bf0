import { join } from "node:path";
import { z } from "zod";
import { readParsed } from "../adapters/background/atomic-file.ts";
import { endProcess, gone } from "../adapters/background/end-process.ts";
import {
  bootId,
  processIdentitySchema,
  type ProcessIdentity,
} from "../adapters/background/process-identity.ts";
import { answers } from "../adapters/background/socket-request.ts";
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
  const balancer = identityIn(join(local.store, "balancer.json"));
  if (balancer !== null && (await answers(join(local.store, "balancer.sock"), signal))) {
    await endProcess(balancer, MARGIN_MS, signal);
    ended.push("balancer");
  }
  if (token === null) return ended;
  const supervisor = identityIn(join(local.store, "supervisor.json"));
  await orderDown(local.supervisorSocket, token, signal);
  if (supervisor !== null) await gone(supervisor, local.environment.stopGraceMs + MARGIN_MS, signal);
  return [...ended, "supervisor and instances"];
}

const anyBoot = z.object({ pid: z.int().positive(), startTime: z.string().min(1) });

/** The process that wrote the file about itself; one without a boot id is of this boot, as its socket answers. */
function identityIn(path: string): ProcessIdentity | null {
  const whole = readParsed(path, processIdentitySchema);
  if (whole !== null) return whole;
  const partial = readParsed(path, anyBoot);
  return partial === null ? null : { ...partial, bootId: bootId() };
}
