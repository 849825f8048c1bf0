import { expect, test } from "vitest";
import { broken, played } from "./broken.ts";
import { calm, type Scenario } from "./scenario.ts";

/** Two instances and slow looks: every kind of await of a deploy, as few of each as there can be. */
const short: Scenario = {
  ...calm,
  instances: ["old", "old"],
  minHealthyTimeMs: 1_000,
  requestMs: 1_200,
  pollMs: 500,
  delaysMs: [20],
};

const deploys = (["start-first", "stop-first"] as const).flatMap((strategy) =>
  (["told", "service"] as const).map((drainVia) => ({ ...short, strategy, drainVia })),
);

for (const scenario of deploys) {
  const { steps, broken: violations } = await played(scenario);
  const name = `a ${scenario.strategy} deploy drained via ${scenario.drainVia}`;

  test(`${name}, killed at each of its ${steps} awaits, is finished by the next one`, async () => {
    const failed: string[] = [];
    for (let step = 0; step < steps; step++)
      for (const violation of await broken({ ...scenario, faults: [{ kind: "kill", step }] }))
        failed.push(`killed at ${step}: ${violation}`);
    expect(violations).toEqual([]);
    expect(failed).toEqual([]);
    expect(steps).toBeGreaterThan(80);
  });
}
