import { expect, test } from "vitest";
import { firstFailureHalts } from "../rollout/rules/first-failure-halts.ts";
import { RULES } from "../rollout/rules/index.ts";
import { keepTheFloor } from "../rollout/rules/keep-the-floor.ts";
import { leaveNothingBehind } from "../rollout/rules/leave-nothing-behind.ts";
import { noOlderRelease } from "../rollout/rules/no-older-release.ts";
import { notServingFirst } from "../rollout/rules/not-serving-first.ts";
import { onlyWithTheLease } from "../rollout/rules/only-with-the-lease.ts";
import { proveBeforeGoingOn } from "../rollout/rules/prove-before-going-on.ts";
import { stopOnlyWhenIdle } from "../rollout/rules/stop-only-when-idle.ts";
import type { Rule } from "../rollout/draft.ts";
import { broken } from "./broken.ts";
import { calm, type Scenario } from "./scenario.ts";

/** Without each rule, the promise that it keeps is broken in a world where it is kept with it. */
const needed: readonly { rule: Rule; without: string; breaks: string; world: Partial<Scenario> }[] = [
  {
    rule: keepTheFloor,
    without: "an instance is stopped that is needed since another crashed",
    breaks: "neededIsPutBack",
    world: {
      strategy: "stop-first",
      requestMs: 6_000,
      old: { startUpMs: 9_000 },
      new: { startUpMs: 9_000 },
      faults: [{ kind: "crash", atMs: 1_500, slot: 4 }],
    },
  },
  {
    rule: stopOnlyWhenIdle,
    without: "the old one is stopped in rotation",
    breaks: "stoppedOnlyWhenIdle",
    world: { drainVia: "service" },
  },
  {
    rule: proveBeforeGoingOn,
    without: "all are begun at once and the old ones stopped beside new ones that are not in rotation",
    breaks: "provenBeforeGoingOn",
    world: {},
  },
  {
    rule: notServingFirst,
    without: "one that serves is touched before the empty one is filled",
    breaks: "notServingGoFirst",
    world: { instances: ["old", "old", "empty"] },
  },
  {
    rule: firstFailureHalts,
    without: "a release that fails everywhere is called done",
    breaks: "failuresAreTold",
    world: { new: { startUpMs: 300, neverHealthy: true } },
  },
  {
    rule: leaveNothingBehind,
    without: "a run that has lost sight of the balancer goes on for ever",
    breaks: "everyRunEnds",
    world: { pollMs: 2_000, faults: [{ kind: "balancer gone", atMs: 4_000 }] },
  },
  {
    rule: onlyWithTheLease,
    without: "a deploy goes on that has lost its lease",
    breaks: "onlyTheHolderActs",
    world: { minHealthyTimeMs: 9_000, faults: [{ kind: "lease stolen", atMs: 1_000 }] },
  },
  {
    rule: onlyWithTheLease,
    without: "an instance is changed that an operator took out",
    breaks: "operatorsAreRespected",
    world: {
      drainVia: "service",
      health: { ...calm.health, intervalMs: 2_000, unhealthyThreshold: 3 },
      faults: [{ kind: "operator drains", atMs: 1_000, slot: 4 }],
    },
  },
  {
    rule: noOlderRelease,
    without: "an older release replaces a newer one",
    breaks: "olderIsRefused",
    world: { olderWanted: true },
  },
];

for (const { rule, without, breaks, world } of needed)
  test(`without rule ${rule.name}, ${without}`, async () => {
    const scenario = { ...calm, ...world };
    expect(await broken(scenario)).toEqual([]);
    const without = await broken(
      scenario,
      RULES.filter((other) => other !== rule),
    );
    expect(without).toContainEqual(expect.stringContaining(breaks));
  });

test("every rule of the list is left out in some test", () => {
  expect(new Set(needed.map(({ rule }) => rule))).toEqual(new Set(RULES));
});

/** Each wait, shortened to nothing in the eyes of the rule that keeps it. */
const waits: readonly {
  wait: string;
  rule: Rule;
  hasty: Rule["apply"];
  breaks: string;
  world: Partial<Scenario>;
}[] = [
  {
    wait: "minHealthyTime",
    rule: proveBeforeGoingOn,
    hasty: (draft, situation) =>
      proveBeforeGoingOn.apply(draft, {
        ...situation,
        goal: { ...situation.goal, minHealthyTimeMs: 0 },
        instances: situation.instances.map((one) =>
          one.phase === "prove" ? { ...one, phase: "settled" } : one,
        ),
      }),
    breaks: "provenBeforeGoingOn",
    world: {},
  },
  {
    wait: "the drain deadline",
    rule: stopOnlyWhenIdle,
    hasty: (draft, situation) =>
      stopOnlyWhenIdle.apply(draft, { ...situation, goal: { ...situation.goal, longestRequestMs: 0 } }),
    breaks: "stoppedOnlyWhenIdle",
    world: { requestMs: 5_000 },
  },
];

for (const { wait, rule, hasty, breaks, world } of waits)
  test(`without ${wait}, a promise is broken`, async () => {
    const scenario = { ...calm, ...world };
    const rules = RULES.map((other) => (other === rule ? { ...rule, apply: hasty } : other));
    expect(await broken(scenario)).toEqual([]);
    expect(await broken(scenario, rules)).toContainEqual(expect.stringContaining(breaks));
  });
