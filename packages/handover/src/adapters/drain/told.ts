import type { DrainState, HeldDrain } from "../../fleet/drain-state.ts";
import type { SlotKey } from "../../fleet/instance.ts";
import type { Drain } from "../../ports/drain.ts";
import { askControl } from "../control/ask-control.ts";
import { readState } from "../load-balancer/embedded-client.ts";
import type { BalancedSlot, BalancerState } from "../load-balancer/embedded/control-contract.ts";
import { drainedBy, endDrain, holdDrain, type DrainPlace } from "./drain-protocol.ts";

/** Drains by telling the embedded load balancer over its control socket. The balancer counts what is in flight. */
export function toldDrain(socketPath: string): Drain {
  const at = `unix:${socketPath}` as const;
  const placeOf = (slot: SlotKey): DrainPlace => ({ at, slot, about: { slot } });
  const state = async (signal: AbortSignal): Promise<BalancerState> =>
    readState(await askControl({ at, method: "GET", path: "/state" }, signal), at);

  return {
    async observe(signal) {
      const slots = await state(signal).then(
        (told) => told.slots,
        () => [],
      );
      signal.throwIfAborted();
      return Object.fromEntries(slots.map((each): [SlotKey, DrainState] => [each.slot, drainOf(each, at)]));
    },
    async hold(slot, by, leaseMs, signal) {
      await holdDrain(placeOf(slot), by, leaseMs, signal);
    },
    async end(slot, signal) {
      const drain = (await state(signal)).slots.find((each) => each.slot === slot)?.drain ?? null;
      if (drain !== null && drainedBy(drain.by) === "deploy") await endDrain(placeOf(slot), drain.id, signal);
    },
  };
}

function drainOf({ drain, inFlight }: BalancedSlot, at: string): DrainState {
  if (drain === null) return { held: [], inFlight };
  const { id, by, forMs, leaseMs } = drain;
  const held: HeldDrain = { via: "balancer", id, at, by: drainedBy(by), forMs, leaseMs };
  return { held: [held], inFlight };
}
