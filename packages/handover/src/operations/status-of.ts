import { supervisorState } from "../adapters/runtime/processes-client/supervisor-state.ts";
import type { ReleaseName } from "../fleet/ids.ts";
import { partsOf, type SlotKey } from "../fleet/instance.ts";
import type { SlotContent } from "../fleet/slot-content.ts";
import type { LocalEnvironment } from "../main.ts";

export interface Status {
  /** Instances with at least one slot in rotation. */
  readonly inRotation: number;
  readonly instances: readonly SlotStatus[];
  /** Who deploys now. */
  readonly lease: { readonly owner: string; readonly pid: number; readonly heldForMs: number } | null;
}

export interface SlotStatus {
  readonly slot: SlotKey;
  readonly release: ReleaseName | null;
  readonly content: SlotContent["kind"];
  readonly rotation: "in" | "out" | "draining" | "unknown";
  readonly evidence: "told" | null;
  readonly inFlight: number | null;
  /** Why it is down, or what its last check said. */
  readonly why: string | null;
}

/** What runs and what the load balancer does with it, read now. Slots that are empty and out are left out. */
export async function statusOf(local: LocalEnvironment, signal: AbortSignal): Promise<Status> {
  const [supervisor, balancer] = await Promise.all([
    supervisorState(local.supervisorSocket, signal),
    local.balancer.state(signal).catch(() => null),
  ]);
  const instances = supervisor.slots
    .filter(({ content, failure }) => content.kind !== "empty" || failure !== null)
    .map(({ slot, content, failure }): SlotStatus => {
      const seen = balancer?.slots.find((each) => each.slot === slot);
      const rotation =
        seen === undefined ? "unknown" : seen.drain !== null ? "draining" : seen.in ? "in" : "out";
      return {
        slot,
        release: releaseIn(content) ?? failure?.release ?? null,
        content: content.kind,
        rotation,
        evidence: seen === undefined ? null : "told",
        inFlight: seen?.inFlight ?? null,
        why:
          content.kind === "exited"
            ? content.why
            : (failure?.why ?? (seen?.in === false ? seen.check.lastWhy : null)),
      };
    });
  const serving = new Set(
    instances.filter(({ rotation }) => rotation === "in").map(({ slot }) => partsOf(slot).instance),
  );
  return { inRotation: serving.size, instances, lease: supervisor.lease };
}

function releaseIn(content: SlotContent): ReleaseName | null {
  if (content.kind === "empty") return null;
  return content.kind === "swapping" ? content.to : content.release;
}
