import { slotKey } from "../fleet/instance.ts";
import { withDeadline } from "../ports/deadline.ts";
import type { Action } from "./action.ts";
import type { Goal } from "./goal.ts";
import type { RolloutPorts } from "./ports.ts";
import { ACT_DEADLINE_MS, DRAIN_LEASE_MS } from "./deadlines.ts";

/**
 * Sends one action. Whether it took effect is for the next observation to say: an error, also a refusal or a deadline,
 * is told and nothing more. Sending it again later is safe, because the guard that it carries no longer holds then.
 */
export async function perform(action: Action, goal: Goal, ports: RolloutPorts): Promise<void> {
  const { clock, events } = ports;
  const outcome = await withDeadline(clock, ACT_DEADLINE_MS, action.kind, (signal) =>
    send(action, goal, ports, signal),
  ).then(
    () => ({ outcome: "accepted", why: null }) as const,
    (error: unknown) =>
      ({ outcome: "unclear", why: error instanceof Error ? error.message : String(error) }) as const,
  );
  events.emit({ kind: "action", at: clock.now(), action, ...outcome });
}

function send(
  action: Action,
  { token }: Goal,
  { runtime, drain }: RolloutPorts,
  signal: AbortSignal,
): Promise<void> {
  const slot = slotKey(action.instance, action.slot);
  const guard = { token, slot, notAfterMs: ACT_DEADLINE_MS };
  switch (action.kind) {
    case "drain":
      return drain.hold(slot, token, DRAIN_LEASE_MS, signal);
    case "undrain":
      return drain.end(slot, signal);
    case "start":
      return runtime.start({ ...guard, release: action.release }, signal);
    case "stop":
      return runtime.stop({ ...guard, run: action.run, drains: action.drains }, signal);
    case "swap":
      return runtime.swap(
        { ...guard, run: action.run, drains: action.drains, release: action.release },
        signal,
      );
  }
}
