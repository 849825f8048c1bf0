import { expect, test } from "vitest";
import { releaseName } from "../../fleet/ids.ts";
import { actionsAfter, decidedAfter, empty, goalFor, OLD, serving } from "../worlds-for-tests.ts";

const NEWER = releaseName("newer");
const fleet = { "api-1": [serving(OLD), empty], "api-2": [serving(NEWER), empty] };

test("an older commit does not replace a newer one: the deploy is refused before anything is touched", () => {
  expect(decidedAfter(goalFor(fleet, { newerReleases: [NEWER] }), { fleet })).toEqual([
    "refused: api-2 runs newer, which is newer than new",
  ]);
});

test("a rollback may", () => {
  const goal = goalFor(fleet, { kind: "rollback", newerReleases: [NEWER] });
  expect(actionsAfter(goal, { fleet })).toEqual(["start api-1/b new"]);
});

test("nothing is touched before it has been seen what every instance runs", () => {
  const dark = { ...fleet, "api-2": "unreadable" } as const;
  const goal = goalFor(fleet, { newerReleases: [NEWER] });
  expect(decidedAfter(goal, { fleet: dark })).toContain("api-1 waits for a look at api-2");
  expect(actionsAfter(goal, { fleet: dark })).toEqual([]);
});

test("an instance that keeps the newer one, or is no longer configured, is no reason to refuse", () => {
  const goal = goalFor(fleet, { newerReleases: [NEWER] });
  for (const release of [NEWER, null]) {
    const instances = goal.instances.map((one) => (one.id === "api-2" ? { ...one, release } : one));
    expect(actionsAfter({ ...goal, instances }, { fleet })).toEqual(["start api-1/b new"]);
  }
});
