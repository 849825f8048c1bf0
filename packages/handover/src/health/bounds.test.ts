import * as fc from "fast-check";
import { expect, test } from "vitest";
import { slowestWayIn, slowestWayOut } from "./bounds.ts";
import { afterCheck, unchecked, type CheckRun } from "./check-run.ts";
import type { HealthSettings } from "./settings.ts";

const tutorial: HealthSettings = {
  path: "/health",
  intervalMs: 10_000,
  timeoutMs: 5_000,
  unhealthyThreshold: 3,
  healthyThreshold: 5,
};

const settings: fc.Arbitrary<HealthSettings> = fc
  .record({
    path: fc.constant("/health"),
    intervalMs: fc.integer({ min: 100, max: 60_000 }),
    timeoutMs: fc.integer({ min: 50, max: 60_000 }),
    unhealthyThreshold: fc.integer({ min: 1, max: 10 }),
    healthyThreshold: fc.integer({ min: 1, max: 10 }),
  })
  .filter(({ intervalMs, timeoutMs }) => timeoutMs <= intervalMs);

test("three refusals, ten seconds apart, each up to five seconds late, take an instance out within 55 s", () => {
  expect(slowestWayOut(tutorial)).toBe(55_000);
});

test("five passes bring it in within 85 s", () => {
  expect(slowestWayIn(tutorial)).toBe(85_000);
});

test("no balancer that checks by these settings takes longer, whatever its phase and however slow the answers", () => {
  fc.assert(
    fc.property(settings, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (s, share, refuses) => {
      const before: CheckRun = { ...unchecked, healthy: refuses, count: 1, passing: refuses };
      const tookMs = timeUntilItChanges(before, s, !refuses, share * s.intervalMs);
      expect(tookMs).toBeLessThanOrEqual(refuses ? slowestWayOut(s) : slowestWayIn(s));
    }),
  );
});

/** One check an interval, from the phase on; each answer takes as long as the timeout allows. */
function timeUntilItChanges(before: CheckRun, s: HealthSettings, passes: boolean, phaseMs: number): number {
  let run = before;
  for (let checks = 0; ; checks++) {
    run = afterCheck(run, passes, s);
    if (run.healthy !== before.healthy) return phaseMs + checks * s.intervalMs + s.timeoutMs;
  }
}
