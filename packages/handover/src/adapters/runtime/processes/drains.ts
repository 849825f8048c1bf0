import type { DrainRef } from "../../../fleet/drain-state.ts";
import type { Milliseconds } from "../../../fleet/time.ts";
import { machineClock } from "../../clock/system.ts";
import { controlRequest, type ControlRequest } from "../../control/control-request.ts";
import type { Control } from "./environment.ts";

/** How long whoever holds a drain may take to answer. */
const ANSWER_MS = 2_000;

/** Why a drain is no longer held, or cannot be known to be; null when all were renewed. */
export async function renewAll(
  drains: readonly DrainRef[],
  leaseMs: Milliseconds,
  control: Control | null,
): Promise<string | null> {
  const refusals = await Promise.all(drains.map((drain) => renew(drain, leaseMs, control)));
  return refusals.find((refusal) => refusal !== null) ?? null;
}

/**
 * Renews drains until the signal is aborted. What becomes of each renewal no longer matters: the process has been told to
 * end, and its control listener may go before it does. Repeating is safe: a renewal names the drain by its id.
 */
export async function keepRenewing(
  drains: readonly DrainRef[],
  leaseMs: Milliseconds,
  control: Control | null,
  signal: AbortSignal,
): Promise<void> {
  if (drains.length === 0) return;
  try {
    for (;;) {
      await machineClock.sleep(leaseMs / 4, signal);
      await renewAll(drains, leaseMs, control);
    }
  } catch {
    // Aborted: the process has gone.
  }
}

async function renew(
  drain: DrainRef,
  leaseMs: Milliseconds,
  control: Control | null,
): Promise<string | null> {
  const place = placeOf(drain, control);
  if (typeof place === "string") return place;
  const path = `/drain/${encodeURIComponent(drain.id)}`;
  const asked = { ...place, method: "PUT", path, body: { leaseMs }, deadlineMs: ANSWER_MS } as const;
  const answer = await controlRequest(asked, new AbortController().signal);
  if (answer.kind !== "answer") return `the drain ${drain.id} could not be renewed: ${answer.why}`;
  if (answer.status === 404) return `the drain ${drain.id} has ended`;
  return answer.status < 300 ? null : `the drain ${drain.id} could not be renewed: status ${answer.status}`;
}

/** Where a drain is renewed, or why that is nowhere. The token is only ever sent to the listener that it belongs to. */
function placeOf(drain: DrainRef, control: Control | null): Pick<ControlRequest, "at" | "token"> | string {
  if (drain.via === "balancer") {
    if (drain.at.startsWith("unix:/")) return { at: `unix:${drain.at.slice("unix:".length)}` };
    return `the drain ${drain.id} is at no socket: ${drain.at}`;
  }
  if (control === null) return `the drain ${drain.id} is at an instance whose control token is not known`;
  if (drain.at !== `http://${control.address}`) {
    return `the drain ${drain.id} is at ${drain.at}, which is not this run`;
  }
  return { at: `http://${control.address}`, token: control.token };
}
