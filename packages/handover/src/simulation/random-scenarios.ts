import * as fc from "fast-check";
import type { Fault, Place, Scenario } from "./scenario.ts";

/** Random worlds for property tests: fleets, releases, balancers, networks and faults of every kind that is modelled. */

const behaviour: fc.Arbitrary<Scenario["new"]> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ startUpMs: fc.integer({ min: 50, max: 3_000 }) }) },
  fc.record({ startUpMs: fc.constant(300), exitsAfterMs: fc.integer({ min: 10, max: 4_000 }) }),
  fc.record({ startUpMs: fc.constant(300), neverHealthy: fc.constant(true) }),
  fc.record({ startUpMs: fc.constant(300), unhealthyAfterMs: fc.integer({ min: 0, max: 3_000 }) }),
);

const atMs = fc.integer({ min: 0, max: 20_000 });
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("crash" as const), atMs, slot: fc.nat(7) }),
  fc.record({ kind: fc.constant("balancer restart" as const), atMs, node: fc.nat(1) }),
  fc.record({ kind: fc.constant("balancer gone" as const), atMs }),
  fc.record({ kind: fc.constant("lease stolen" as const), atMs }),
  fc.record({ kind: fc.constant("operator drains" as const), atMs, slot: fc.nat(7) }),
  fc.record({ kind: fc.constant("interrupt" as const), atMs }),
  fc.record({ kind: fc.constant("second deployer" as const), atMs }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("kill" as const), step: fc.nat(600) }) },
);

const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 6, arbitrary: fc.constant("old" as const) },
  { weight: 2, arbitrary: fc.constantFrom("new" as const, "empty" as const) },
  { weight: 2, arbitrary: fc.constantFrom("kept" as const, "surplus" as const, "worker" as const) },
);

/** Scenarios that `handover` would not refuse beforehand. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    strategy: fc.constantFrom("start-first" as const, "stop-first" as const),
    maxUnavailable: fc.integer({ min: 1, max: 2 }),
    onFailure: fc.constantFrom("halt" as const, "rollback" as const),
    minHealthyTimeMs: fc.constantFrom(500, 2_000, 5_000),
    longestRequestMs: fc.constantFrom(2_000, 10_000),
    progressDeadlineMs: fc.constant(60_000),
    health: fc.record({
      path: fc.constant("/health"),
      intervalMs: fc.constantFrom(500, 2_000),
      timeoutMs: fc.constant(400),
      unhealthyThreshold: fc.integer({ min: 1, max: 3 }),
      healthyThreshold: fc.integer({ min: 1, max: 3 }),
    }),
    phasesMs: fc.array(fc.integer({ min: 0, max: 1_999 }), { minLength: 1, maxLength: 2 }),
    drainVia: fc.constantFrom("told" as const, "service" as const),
    requestMs: fc.constantFrom(0, 1_500, 5_000),
    lateMs: fc.constantFrom(0, 900),
    startDeadlineMs: fc.constant(8_000),
    stopMs: fc.integer({ min: 1, max: 500 }),
    pollMs: fc.constantFrom(100, 500),
    instances: fc.array(place, { minLength: 1, maxLength: 4 }),
    slots: fc.constantFrom(2 as const, 2 as const, 1 as const),
    old: fc.constantFrom({ startUpMs: 300 }, { startUpMs: 6_000 }),
    new: behaviour,
    olderWanted: fc.constantFrom(false, false, false, false, true),
    faults: fc.array(fault, { maxLength: 2 }),
    delaysMs: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
    cuts: fc.array(fc.nat(200), { maxLength: 6 }),
  })
  .filter(isPossible);

/** Where instances are replaced by swaps, taking all of a kind out at once is refused before a deploy begins. */
function isPossible({ strategy, slots, instances, maxUnavailable }: Scenario): boolean {
  if (strategy === "start-first" && slots === 2) return true;
  const workers = instances.filter((one) => one === "worker").length;
  const balanced = instances.filter((one) => one !== "worker" && one !== "surplus").length;
  return [workers, balanced].every((n) => n === 0 || (n > 1 && maxUnavailable < n));
}
