import { request } from "node:http";
import type { DrainRef } from "../../../fleet/drain-state.ts";
import type { Milliseconds } from "../../../fleet/time.ts";
import { machineClock } from "../../clock/system.ts";
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

function renew(drain: DrainRef, leaseMs: Milliseconds, control: Control | null): Promise<string | null> {
  const place = placeOf(drain, control);
  if (typeof place === "string") return Promise.resolve(place);
  const body = JSON.stringify({ leaseMs });
  return new Promise((resolve) => {
    const sent = request({
      ...place,
      method: "PUT",
      path: `/drain/${encodeURIComponent(drain.id)}`,
      headers: { ...place.headers, "content-type": "application/json", "content-length": body.length },
      agent: false,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    sent.once("response", (response) => {
      response.on("error", () => undefined);
      response.resume();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve(null);
      else if (status === 404) resolve(`the drain ${drain.id} has ended`);
      else resolve(`the drain ${drain.id} could not be renewed: status ${status}`);
    });
    sent.on("error", (error) => {
      const why = "code" in error ? String(error.code) : error.message;
      resolve(`the drain ${drain.id} could not be renewed: ${why}`);
    });
    sent.end(body);
  });
}

interface Place {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a drain is renewed, or why that is nowhere. The token is only ever sent to the listener that it belongs to. */
function placeOf(drain: DrainRef, control: Control | null): Place | string {
  if (drain.via === "balancer") {
    if (drain.at.startsWith("unix:/")) return { socketPath: drain.at.slice("unix:".length), headers: {} };
    return `the drain ${drain.id} is at no socket: ${drain.at}`;
  }
  if (control === null) return `the drain ${drain.id} is at an instance whose control token is not known`;
  if (drain.at !== `http://${control.address}`) {
    return `the drain ${drain.id} is at ${drain.at}, which is not this run`;
  }
  const { hostname, port } = new URL(drain.at);
  return { host: hostname, port: Number(port), headers: { authorization: `Bearer ${control.token}` } };
}
