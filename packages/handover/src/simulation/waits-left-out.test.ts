import { afterEach, expect, test, vi } from "vitest";
import { calm, type Scenario } from "./scenario.ts";

/** Each deadline shortened to nothing: some promise must break in a world where it is kept with it. */
const needed: readonly { wait: string; breaks: string; world: Partial<Scenario> }[] = [
  { wait: "IDLE_FOR_MS", breaks: "stoppedOnlyWhenIdle", world: { lateMs: 900 } },
];

afterEach(() => {
  vi.doUnmock("../rollout/deadlines.ts");
  vi.resetModules();
});

for (const { wait, breaks, world } of needed)
  test(`without ${wait}, a promise is broken`, async () => {
    const scenario = { ...calm, ...world };
    const { broken } = await import("./broken.ts");
    expect(await broken(scenario)).toEqual([]);
    vi.resetModules();
    vi.doMock("../rollout/deadlines.ts", async (original) => ({
      ...(await original<object>()),
      [wait]: 0,
    }));
    const hasty = await import("./broken.ts");
    expect(await hasty.broken(scenario)).toContainEqual(expect.stringContaining(breaks));
  });
