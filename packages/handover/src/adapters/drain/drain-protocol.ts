import { z } from "zod";
import { HandoverError } from "../../errors/handover-error.ts";
import type { DrainedBy } from "../../fleet/drain-state.ts";
import type { SlotKey } from "../../fleet/instance.ts";
import type { LeaseToken } from "../../fleet/ids.ts";
import type { Milliseconds } from "../../fleet/time.ts";
import { askControl, refusedOrder, type Asked } from "../control/ask-control.ts";

/**
 * The part of the control contract that a service and the embedded load balancer share: `POST`, `PUT` and `DELETE`
 * of `/drain`.
 */
export interface DrainPlace {
  readonly at: Asked["at"];
  readonly token?: string;
  readonly slot: SlotKey;
  /** What the order says besides `by` and `leaseMs`. */
  readonly about: object;
}

/** A deploy's drain names its lease's token; every other drain is left to whoever began it. */
export function drainedBy(by: string): DrainedBy {
  return by.startsWith("deploy-") ? "deploy" : "operator";
}

/**
 * Begins a deploy's drain or renews it. Another deploy's is taken over by its id: whoever asks holds the lease, so the
 * other deploy is dead. Rejects with REFUSED where an operator holds it. Safe to repeat: the same `by`, the same drain.
 */
export async function holdDrain(
  place: DrainPlace,
  by: LeaseToken,
  leaseMs: Milliseconds,
  signal: AbortSignal,
): Promise<void> {
  const begin = {
    ...to(place),
    method: "POST",
    path: "/drain",
    body: { ...place.about, by: `deploy-${by}`, leaseMs },
  } as const;
  // Between a refusal and the take-over the other drain may end; then there is nothing to take over, and one may begin.
  for (let attempts = 0; attempts < 3; attempts += 1) {
    const answer = await askControl(begin, signal);
    if (answer.status === 202) return;
    const other = answer.status === 409 ? otherDrain.safeParse(answer.body) : null;
    if (other?.success !== true) throw refusedOrder(begin, answer);
    if (drainedBy(other.data.by) === "operator") throw heldByOperator(place.slot, other.data.by);
    const renew = {
      ...to(place),
      method: "PUT",
      path: `/drain/${encodeURIComponent(other.data.drain)}`,
      body: { leaseMs },
    } as const;
    const renewed = await askControl(renew, signal);
    if (renewed.status === 204) return;
    if (renewed.status !== 404) throw refusedOrder(renew, renewed);
  }
  throw new HandoverError(
    "ORDER_REFUSED",
    `the drain of ${place.slot} at ${place.at} changes hands too often`,
  );
}

/** Ends one drain. Safe to repeat: an ended drain stays ended. */
export async function endDrain(place: DrainPlace, id: string, signal: AbortSignal): Promise<void> {
  const order = { ...to(place), method: "DELETE", path: `/drain/${encodeURIComponent(id)}` } as const;
  const answer = await askControl(order, signal);
  if (answer.status !== 204) throw refusedOrder(order, answer);
}

const otherDrain = z.object({ drain: z.string(), by: z.string() });

function to({ at, token }: DrainPlace): Pick<Asked, "at" | "token"> {
  return token === undefined ? { at } : { at, token };
}

function heldByOperator(slot: SlotKey, by: string): HandoverError {
  return new HandoverError(
    "REFUSED",
    `${slot} was taken out of rotation by ${by}, and stays out until that is undone`,
    {
      next: "run handover undrain when the instance may serve again",
    },
  );
}
