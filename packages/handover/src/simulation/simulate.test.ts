import { expect, test } from "vitest";
import { calm, NEW } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import { releaseAt } from "./invariants.ts";

for (const strategy of ["start-first", "stop-first"] as const)
  for (const drainVia of ["told", "service"] as const)
    test(`a calm ${strategy} deploy drained via ${drainVia} ends with every instance on the new release`, async () => {
      const result = await simulate({ ...calm, strategy, drainVia });
      expect(result.violations).toEqual([]);
      expect(result.runs[0]?.halt).toBeNull();
      for (const [key, slot] of result.world.slots)
        if (slot.process) expect(releaseAt(result.world, key)).toBe(NEW);
      expect([...result.world.slots.values()].filter((slot) => slot.process !== null)).toHaveLength(3);
    });
