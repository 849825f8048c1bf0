import type { Fact } from "../fleet/fact.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { BalancerNode, Evidence } from "../fleet/rotation.ts";
import type { Milliseconds } from "../fleet/time.ts";

/**
 * Whether a slot is sent new requests, over all nodes of all balancers in front of it.
 * `in`: by every node. `out`: by none. `partly`: by some. `unknown`: a node could not be asked and none says in.
 */
export interface Reach {
  readonly kind: "in" | "out" | "partly" | "unknown";
  /** How long it has been `in` or `out` without a break; 0 for the other kinds. */
  readonly forMs: Milliseconds;
  readonly evidence: Evidence | null;
}

type Balancers = readonly Fact<readonly BalancerNode[]>[];

/** Where a slot stands with all balancers together. A node that does not list it sends it nothing. */
export function reachOf(slot: SlotKey, balancers: Balancers): Reach {
  const nodes = knownNodes(balancers);
  const views = nodes.map((node) => node.slots[slot]);
  const inside = views.filter((view) => view?.in === true);
  const evidence = views.find((view) => view !== undefined)?.evidence ?? null;
  const blind =
    balancers.some((fact) => fact.kind === "unknown") ||
    nodes.some((node) => !node.warm && node.slots[slot]?.in !== true);
  if (inside.length === 0) {
    if (blind) return { kind: "unknown", forMs: 0, evidence: null };
    return { kind: "out", forMs: Math.min(...views.map((view) => view?.forMs ?? Infinity)), evidence };
  }
  if (blind || inside.length < nodes.length) return { kind: "partly", forMs: 0, evidence };
  return { kind: "in", forMs: Math.min(...inside.map((view) => view?.forMs ?? 0)), evidence };
}

/**
 * How many of the instances are in rotation at each node; the floor is held against the smallest. A balancer that could
 * not be asked has none. An instance is a group of slots and counts once.
 */
export function countsInRotation(
  instances: readonly (readonly SlotKey[])[],
  balancers: Balancers,
): readonly number[] {
  return balancers.flatMap((fact) =>
    fact.kind === "unknown"
      ? [0]
      : fact.value.map(
          (node) => instances.filter((slots) => slots.some((slot) => node.slots[slot]?.in === true)).length,
        ),
  );
}

function knownNodes(balancers: Balancers): readonly BalancerNode[] {
  return balancers.flatMap((fact) => (fact.kind === "known" ? fact.value : []));
}
