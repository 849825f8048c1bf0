import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Rule } from "../rollout/draft.ts";
import { RULES } from "../rollout/rules/index.ts";
import { broken } from "./broken.ts";
import { scenarios } from "./random-scenarios.ts";

const RUNS = Number(process.env["HANDOVER_SIMULATION_RUNS"] ?? 400);
const seed = Number(process.env["HANDOVER_SEED"] ?? Date.now() % 1_000_000_000);
const minutes = { timeout: 600_000 };

test(`the promises hold in ${RUNS} random worlds (HANDOVER_SEED=${seed})`, minutes, async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      expect(await broken(scenario)).toEqual([]);
    }),
    { numRuns: RUNS, seed },
  );
});

test(
  `they hold whatever part of each decision is performed, in any order (HANDOVER_SEED=${seed})`,
  minutes,
  async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, fc.infiniteStream(fc.nat(5)), async (scenario, dice) => {
        expect(await broken(scenario, [...RULES, whimsical(() => dice.next().value ?? 0)])).toEqual([]);
      }),
      { numRuns: RUNS, seed },
    );
  },
);

/** Performs two thirds of the actions, at least one, often in another order. */
function whimsical(dice: () => number): Rule {
  return {
    name: "whims",
    apply: (draft) => {
      const some = draft.proposals.filter(() => dice() < 4);
      const proposals = some.length > 0 ? some : draft.proposals.slice(0, 1);
      return { ...draft, proposals: dice() % 2 === 0 ? proposals : proposals.toReversed() };
    },
  };
}
