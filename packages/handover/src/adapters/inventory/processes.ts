import type { Environment } from "../../config/configuration.ts";
import { hostId, instanceId, type HostId } from "../../fleet/ids.ts";
import type { Instance } from "../../fleet/instance.ts";
import type { Inventory } from "../../ports/inventory.ts";

/** The host of every instance that runs as a process here. */
export const THIS_MACHINE: HostId = hostId("this machine");

/**
 * The instances of `processes`: `<service>-1` to `-n` on this machine, behind the embedded load balancer.
 * Each always has both slots, so that a slot keeps its port when the strategy changes; the strategy decides which are used.
 */
export function processInventory(environment: Pick<Environment, "service" | "runs">): Inventory {
  const instances = Array.from({ length: environment.runs.instances }, (_, index): Instance => ({
    id: instanceId(`${environment.service}-${index + 1}`),
    host: THIS_MACHINE,
    slots: ["a", "b"],
    balanced: true,
  }));
  return { instances: async () => instances };
}
