import type { Rule } from "../rollout/draft.ts";
import { judge } from "./outcome.ts";
import type { Scenario } from "./scenario.ts";
import { settle, simulate, type Simulated } from "./simulate.ts";

/** Plays a scenario, lets every lease end, and gives what was broken, as text. */
export async function broken(scenario: Scenario, rules?: readonly Rule[]): Promise<readonly string[]> {
  return (await played(scenario, rules)).broken;
}

/** The same, with everything that came of it. */
export async function played(
  scenario: Scenario,
  rules?: readonly Rule[],
): Promise<Simulated & { readonly broken: readonly string[] }> {
  const simulated = await simulate(scenario, rules);
  await settle(simulated, 60_000);
  const violations = judge(scenario, simulated);
  return {
    ...simulated,
    broken: violations.map(({ at, invariant, detail }) => `${at} ms: ${invariant}: ${detail}`),
  };
}
