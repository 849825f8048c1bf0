import fc from "fast-check";
import { expect, test } from "vitest";
import { RULES } from "../rollout/rules/index.ts";
import { judge } from "./outcome.ts";
import type { Fault, Scenario } from "./scenario.ts";
import { settle, simulate } from "./simulate.ts";

const RUNS = Number(process.env["HANDOVER_SIMULATION_RUNS"] ?? 400);
const seed = Number(process.env["HANDOVER_SEED"] ?? Date.now() % 1_000_000_000);

const behaviour: fc.Arbitrary<Scenario["new"]> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ startUpMs: fc.integer({ min: 50, max: 3_000 }) }) },
  fc.record({ startUpMs: fc.constant(300), exitsAfterMs: fc.integer({ min: 10, max: 4_000 }) }),
  fc.record({ startUpMs: fc.constant(300), neverHealthy: fc.constant(true) }),
  fc.record({ startUpMs: fc.constant(300), unhealthyAfterMs: fc.integer({ min: 0, max: 3_000 }) }),
);

const atMs = fc.integer({ min: 0, max: 20_000 });
const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("crash" as const), atMs, slot: fc.nat(7) }),
  fc.record({ kind: fc.constant("balancer restart" as const), atMs, node: fc.nat(1) }),
  fc.record({ kind: fc.constant("balancer gone" as const), atMs }),
  fc.record({ kind: fc.constant("lease stolen" as const), atMs }),
  fc.record({ kind: fc.constant("operator drains" as const), atMs, slot: fc.nat(7) }),
  fc.record({ kind: fc.constant("interrupt" as const), atMs }),
  fc.record({ kind: fc.constant("kill" as const), step: fc.nat(600) }),
);

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  strategy: fc.constantFrom("start-first", "stop-first"),
  maxUnavailable: fc.integer({ min: 1, max: 2 }),
  onFailure: fc.constantFrom("halt", "rollback"),
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
  drainVia: fc.constantFrom("told", "service"),
  requestMs: fc.constantFrom(0, 1_500, 5_000),
  startDeadlineMs: fc.constant(8_000),
  stopMs: fc.integer({ min: 1, max: 500 }),
  pollMs: fc.constantFrom(100, 500),
  instances: fc.array(
    fc.constantFrom("old" as const, "old" as const, "old" as const, "new" as const, "empty" as const),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  old: fc.constant({ startUpMs: 300 }),
  new: behaviour,
  olderWanted: fc.constantFrom(false, false, false, false, true),
  faults: fc.array(anyFault, { maxLength: 2 }),
  delaysMs: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
  cuts: fc.array(fc.nat(200), { maxLength: 6 }),
});

/** What `handover` refuses beforehand: one instance, or all at once, stop-first. */
function isPossible(scenario: Scenario): boolean {
  if (scenario.strategy === "start-first") return true;
  return scenario.instances.length > 1 && scenario.maxUnavailable < scenario.instances.length;
}

/** Plays a scenario, lets every lease end, and gives everything that was broken, as text. */
async function broken(scenario: Scenario, rules = RULES): Promise<readonly string[]> {
  const simulated = await simulate(scenario, rules);
  await settle(simulated, 60_000);
  return judge(scenario, simulated).map(({ at, invariant, detail }) => `${at} ms: ${invariant}: ${detail}`);
}

test(`the promises hold in ${RUNS} random worlds (HANDOVER_SEED=${seed})`, { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(scenarios.filter(isPossible), async (scenario) => {
      expect(await broken(scenario)).toEqual([]);
    }),
    { numRuns: RUNS, seed },
  );
});
