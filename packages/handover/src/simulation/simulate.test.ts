import { expect, test } from "vitest";
import { calm, NEW } from "./scenario.ts";
import { simulate } from "./simulate.ts";

for (const strategy of ["start-first", "stop-first"] as const)
  for (const drainVia of ["told", "service"] as const)
    test(`a calm ${strategy} deploy drained via ${drainVia} ends with every instance on the new release`, async () => {
      const { violations, runs, world } = await simulate({ ...calm, strategy, drainVia });
      const releases = [...world.slots.values()].flatMap(({ process }) => process?.release ?? []);
      expect(violations).toEqual([]);
      expect(runs[0]?.halt).toBeNull();
      expect(releases).toEqual([NEW, NEW, NEW]);
    });

test("the same scenario is the same run, down to every event", async () => {
  const scenario = {
    ...calm,
    delaysMs: [3, 40, 200],
    cuts: [7, 30, 31],
    faults: [{ kind: "crash" as const, atMs: 4_000, slot: 1 }],
  };
  const [one, other] = [await simulate(scenario), await simulate(scenario)];
  expect(one.events.length).toBeGreaterThan(20);
  expect(other.events).toEqual(one.events);
  expect(other.effects).toEqual(one.effects);
});
