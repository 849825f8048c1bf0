import { HandoverError } from "../../errors/handover-error.ts";
import type { BalancerId } from "../../fleet/ids.ts";
import type { SlotKey } from "../../fleet/instance.ts";
import type { SlotRotation } from "../../fleet/rotation.ts";
import type { LoadBalancer } from "../../ports/load-balancer.ts";
import { askControl, refusedOrder, type Asked } from "../control/ask-control.ts";
import type { ControlAnswer } from "../control/control-request.ts";
import { balancerState, type BalancerState, type TableOrder } from "./embedded/control-contract.ts";

/** The embedded load balancer as its owner sees it. Every method rejects with HOST_UNREACHABLE when it does not answer. */
export interface EmbeddedLoadBalancer extends LoadBalancer {
  /** All that it says of itself. */
  state(signal: AbortSignal): Promise<BalancerState>;
  /** Declares its health checks and slots. Safe to repeat: an unchanged slot keeps its state. */
  declare(table: TableOrder, signal: AbortSignal): Promise<void>;
  /** Puts a slot in at once if its health path passes now; rejects with ORDER_REFUSED, and the reason, if not. */
  admit(slot: SlotKey, signal: AbortSignal): Promise<void>;
}

/** Speaks to an embedded load balancer over its control socket: `docs/local-environment.md`. */
export function embeddedLoadBalancer(id: BalancerId, socketPath: string): EmbeddedLoadBalancer {
  const at = `unix:${socketPath}` as const;

  const ask = async (asked: Omit<Asked, "at">, signal: AbortSignal): Promise<ControlAnswer> => {
    const answer = await askControl({ at, ...asked }, signal);
    if (answer.status >= 300) throw refusedOrder({ at, ...asked }, answer);
    return answer;
  };
  const state = async (signal: AbortSignal): Promise<BalancerState> =>
    readState(await ask({ method: "GET", path: "/state" }, signal), at);

  return {
    id,
    state,
    async settings(signal) {
      const { health } = await state(signal);
      if (health === null)
        throw new HandoverError("HOST_UNREACHABLE", `the balancer at ${at} has not been told its slots yet`);
      return health;
    },
    async observe(signal) {
      const { listen, generation, warm, slots } = await state(signal);
      const rotation = slots.map((each): [SlotKey, SlotRotation] => [
        each.slot,
        { in: each.in, forMs: each.forMs, evidence: "told" },
      ]);
      const node = { balancer: id, node: listen, generation, warm, slots: Object.fromEntries(rotation) };
      return [node];
    },
    async declare(table, signal) {
      await ask({ method: "PUT", path: "/table", body: table }, signal);
    },
    async admit(slot, signal) {
      await ask({ method: "POST", path: "/admit", body: { slot } }, signal);
    },
  };
}

/** A balancer's state as it came; HOST_UNREACHABLE when it is none: whoever answers there is not the balancer. */
export function readState(answer: ControlAnswer, at: string): BalancerState {
  const parsed = balancerState.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new HandoverError(
    "HOST_UNREACHABLE",
    `what answers at ${at} is not this version's embedded load balancer`,
    {
      cause: parsed.error,
    },
  );
}
