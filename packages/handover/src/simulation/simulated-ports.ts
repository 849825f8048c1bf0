import { balancerId, leaseToken } from "../fleet/ids.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { SlotRotation } from "../fleet/rotation.ts";
import type { Lease } from "../ports/lease.ts";
import type { LoadBalancer } from "../ports/load-balancer.ts";
import { slowestWayIn } from "../health/bounds.ts";
import { holdsLease } from "./physics.ts";
import type { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** One load balancer with all nodes of the world. */
export function simulatedBalancer(world: World, wire: Wire): LoadBalancer {
  const id = balancerId("simulated");
  return {
    id,
    settings: () => wire.call(() => world.settings.health),
    observe: () =>
      wire.call(() => {
        if (!world.balancerAnswers) throw new Error("connection refused");
        return world.nodes.map((node, index) => ({
          balancer: id,
          node: `node-${index}`,
          generation: String(node.generation),
          warm: world.clock.now() - node.since > slowestWayIn(world.settings.health),
          slots: Object.fromEntries(
            [...node.views].map(([key, view]): [SlotKey, SlotRotation] => [
              key,
              { in: view.in, forMs: world.clock.now() - view.since, evidence: "told" },
            ]),
          ),
        }));
      }),
  };
}

/** The lease of the simulated hosts. */
export function simulatedLease(world: World, wire: Wire, owner: string): Lease {
  return {
    acquire: (ttlMs) =>
      wire.call(() => {
        const now = world.clock.now();
        if (world.lease !== null && world.lease.expiresAt > now)
          return {
            kind: "taken",
            holder: { owner: "another", pid: 1, heldForMs: 0, expiresInMs: world.lease.expiresAt - now },
          };
        world.leases += 1;
        const token = leaseToken(`${owner}-${world.leases}`);
        world.lease = { token, expiresAt: now + ttlMs };
        return { kind: "held", token };
      }),
    renew: (token, ttlMs) =>
      wire.call(() => {
        if (world.lease === null || !holdsLease(world, token)) return false;
        world.lease.expiresAt = world.clock.now() + ttlMs;
        return true;
      }),
    release: (token) =>
      wire.call(() => {
        if (world.lease?.token === token) world.lease = null;
      }),
  };
}
