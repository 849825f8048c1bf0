import { HandoverError } from "../errors/handover-error.ts";
import { slotKeysOf, type SlotKey } from "../fleet/instance.ts";
import type { SlotState } from "../fleet/slot-content.ts";
import type { LocalEnvironment } from "../main.ts";

/** `drain: contract` promises that the service drains itself: refuses (REFUSED) where what runs does not offer that. */
export async function refuseMissingContract(
  local: LocalEnvironment,
  slots: Readonly<Record<SlotKey, SlotState>>,
  signal: AbortSignal,
): Promise<void> {
  if (local.environment.drain.kind !== "contract") return;
  const answering = await local.contract.observe(signal);
  const silent = slotKeysOf(slots).find(
    (slot) => slots[slot]?.content.kind === "running" && answering[slot] === undefined,
  );
  if (silent === undefined) return;
  throw new HandoverError(
    "REFUSED",
    `${silent} does not answer GET /state, and the configuration says \`drain: contract\``,
    {
      next: "Include @handover/lifecycle in the service, or let the load balancer drain it with `drain: auto`.",
    },
  );
}
