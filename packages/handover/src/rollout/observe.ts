import { known, unknown, type Fact } from "../fleet/fact.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { Observed } from "../fleet/observed.ts";
import type { Clock } from "../ports/clock.ts";
import { withDeadline } from "../ports/deadline.ts";
import type { RolloutPorts } from "./ports.ts";
import { OBSERVE_DEADLINE_MS } from "./deadlines.ts";

/** Reads the fleet afresh, everything side by side. What cannot be read is unknown; nothing here throws. */
export async function observe(ports: RolloutPorts): Promise<Observed> {
  const { clock } = ports;
  const [slots, drains, balancers] = await Promise.all([
    read(clock, "reading the hosts", (signal) => ports.runtime.observe(signal)),
    read(clock, "reading the instances", (signal) => ports.drain.observe(signal)),
    Promise.all(
      ports.balancers.map((balancer) =>
        read(clock, `asking the load balancer ${balancer.id}`, (signal) => balancer.observe(signal)),
      ),
    ),
  ]);
  return { lease: ports.lease.state(), slots: bySlot(slots), drains: bySlot(drains), balancers };
}

/** A fact is as old as the moment before it was asked for: the answer may have been made at any time since. */
async function read<T>(
  clock: Clock,
  what: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<Fact<T>> {
  const at = clock.now();
  try {
    return known(await withDeadline(clock, OBSERVE_DEADLINE_MS, what, ask), at);
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

function bySlot<T>(fact: Fact<Readonly<Record<SlotKey, T>>>): Readonly<Record<SlotKey, Fact<T>>> {
  if (fact.kind === "unknown") return {};
  return Object.fromEntries(Object.entries(fact.value).map(([key, value]) => [key, known(value, fact.at)]));
}
