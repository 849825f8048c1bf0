import * as fc from "fast-check";
import { expect, test } from "vitest";
import { judge } from "./outcome.ts";
import { scenarios } from "./random-scenarios.ts";
import { settle, simulate } from "./simulate.ts";

const RUNS = Number(process.env["HANDOVER_SIMULATION_RUNS"] ?? 400);
const seed = Number(process.env["HANDOVER_SEED"] ?? Date.now() % 1_000_000_000);

test(`the promises hold in ${RUNS} random worlds (HANDOVER_SEED=${seed})`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const simulated = await simulate(scenario);
      await settle(simulated, 60_000);
      expect(judge(scenario, simulated)).toEqual([]);
    }),
    { numRuns: RUNS, seed },
  );
});
