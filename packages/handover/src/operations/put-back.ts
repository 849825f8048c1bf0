import { slotKeysOf } from "../fleet/instance.ts";
import { withDeadline } from "../ports/deadline.ts";
import { observe } from "../rollout/observe.ts";
import type { RolloutPorts } from "../rollout/ports.ts";

/**
 * Puts back what a deploy that broke off had drained. Left alone, until its drain ends by itself: what the host is about
 * to end, for that must stay out of rotation until it has gone, and everything where the lease is another's by now.
 */
export async function putBackDrained(ports: RolloutPorts): Promise<void> {
  const { drains, slots, lease } = await observe(ports);
  if (lease.kind === "unknown" || lease.value === "lost") return;
  const staying = slotKeysOf(drains).filter((slot) => {
    const state = slots[slot];
    if (state === undefined || state.kind === "unknown") return false;
    return !["stopping", "swapping"].includes(state.value.content.kind);
  });
  await Promise.allSettled(
    staying.map((slot) =>
      withDeadline(ports.clock, 5_000, `putting ${slot} back`, (signal) => ports.drain.end(slot, signal)),
    ),
  );
}
