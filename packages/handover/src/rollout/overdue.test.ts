import { expect, test } from "vitest";
import {
  decidedAfter,
  decisionAfter,
  drained,
  empty,
  goalFor,
  memoryAfter,
  NEW,
  OLD,
  running,
  serving,
  starting,
} from "./worlds-for-tests.ts";

const two = { "api-1": [serving(OLD), empty], "api-2": [serving(OLD), empty] };
const goal = goalFor(two, { progressDeadlineMs: 60_000 });
const begun = { ...two, "api-1": [serving(OLD), starting(NEW)] };

test("a new one that does not become healthy within the progress deadline has failed, at that moment and not before", () => {
  const looks = (at: number) => [{ fleet: two }, { at: 100, fleet: begun }, { at, fleet: begun }];
  expect(memoryAfter(goal, looks(60_000)).failed).toEqual({});
  expect(memoryAfter(goal, looks(60_001)).failed).toEqual({
    "api-1": { why: "did not become healthy within 60 s", log: [], beyondRepair: false },
  });
});

test("each instance that becomes healthy gives the next one the whole deadline", () => {
  const first = { ...two, "api-1": [empty, serving(NEW)] };
  const second = { ...first, "api-2": [serving(OLD), starting(NEW)] };
  const looks = [{ fleet: two }, { at: 50_000, fleet: first }, { at: 100_000, fleet: second }];
  expect(memoryAfter(goal, looks).failed).toEqual({});
  expect(Object.keys(memoryAfter(goal, [...looks, { at: 110_001, fleet: second }]).failed)).toEqual([
    "api-2",
  ]);
});

test("each instance that has gone back gives the next one the whole deadline, too", () => {
  const names = ["api-1", "api-2", "api-3", "api-4"];
  const fleetWith = (news: number) =>
    Object.fromEntries(
      names.map((id, index) => [id, index < news ? [serving(NEW), empty] : [serving(OLD), empty]]),
    );
  const rollback = goalFor(fleetWith(0), { onFailure: "rollback", progressDeadlineMs: 60_000 });
  const joining = (news: number) => ({ ...fleetWith(news), [`api-${news + 1}`]: [starting(NEW), empty] });
  const way = [0, 1, 2, 3].flatMap((news) => [
    { at: news * 1_000, fleet: joining(news) },
    { at: news * 1_000 + 500, fleet: fleetWith(news + 1) },
  ]);
  const sick = (back: number) => ({ ...fleetWith(4 - back), "api-1": [running(NEW), empty] });
  const goingBack = [0, 1, 2, 3].map((back) => ({ at: 5_000 + back * 50_000, fleet: sick(back) }));
  const memory = memoryAfter(rollback, [{ fleet: fleetWith(0) }, ...way, ...goingBack]);
  expect(Object.keys(memory.failed)).toEqual(["api-1"]);
  expect(memory.lost).toBeNull();
});

test("where nothing new is at fault, no progress is told as such", () => {
  const leaving = { ...two, "api-1": [drained(running(OLD), 100, 3), serving(NEW)] };
  const looks = [{ fleet: two }, { at: 100, fleet: leaving }, { at: 60_001, fleet: two, interrupted: false }];
  expect(decidedAfter(goal, ...looks)).toEqual(["lost: no progress for 60 s"]);
});

test("what cannot be read for 30 s is lost, and named; one look that succeeds starts the time anew", () => {
  const dark = { ...two, "api-2": "unreadable" } as const;
  const blind = (at: number) => ({ at, fleet: dark });
  const looks = [{ fleet: two }, blind(1_000), blind(31_000)];
  expect(decisionAfter(goal, looks).kind).not.toBe("halt");
  expect(decidedAfter(goal, ...looks, blind(31_001))).toEqual([
    "refused: nothing could be read for 30 s: api-2",
  ]);
  const interval = [...looks, { at: 31_001, fleet: two }, blind(31_500), blind(61_500)];
  expect(decisionAfter({ ...goal, progressDeadlineMs: 100_000 }, interval).kind).not.toBe("halt");
});
