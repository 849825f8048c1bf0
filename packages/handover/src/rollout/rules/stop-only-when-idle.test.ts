import { expect, test } from "vitest";
import {
  actionsAfter,
  decidedAfter,
  deployDrain,
  drained,
  goalFor,
  NEW,
  OLD,
  running,
  serving,
  type SlotIn,
} from "../worlds-for-tests.ts";

/** The old slot beside a new one that is proven. */
const beside = (old: SlotIn) => ({ "api-1": [old, serving(NEW)] });
const goal = goalFor(beside(serving(OLD)), { longestRequestMs: 30_000 });
const STOP = "stop api-1/a";

/** The old slot looked at every 500 ms, drained since the first look. */
const looks = (ms: number, inFlight: number | null) =>
  Array.from({ length: ms / 500 + 1 }, (_, index) => ({
    at: index * 500,
    fleet: beside(drained(running(OLD), 100 + index * 500, inFlight)),
  }));

test("what is in rotation is not stopped, however idle it is", () => {
  const busy = { ...serving(OLD), drains: [deployDrain(60_000)], inFlight: 0 };
  const decided = decidedAfter(goal, { fleet: beside(busy) }, { at: 2_000, fleet: beside(busy) });
  expect(decided).toEqual(["api-1 waits for the load balancer to take it out"]);
});

test("what is out without a drain is not stopped: its checks could bring it back at any moment", () => {
  const decided = decidedAfter(goal, { fleet: beside(running(OLD)) });
  expect(decided).toContain("api-1 waits for a drain that holds it out");
});

test("it is stopped after one idle second, not before", () => {
  expect(decidedAfter(goal, ...looks(500, 0))).toEqual(["api-1 waits for one idle second"]);
  expect(actionsAfter(goal, ...looks(1_000, 0))).toEqual([STOP]);
});

test("the idle second begins anew when it was in rotation again for a moment", () => {
  const seen = [...looks(1_500, 0), { at: 2_000, fleet: beside(drained(running(OLD), 50)) }];
  expect(actionsAfter(goal, ...seen)).toEqual([]);
});

test("the idle second is over when it was asked after that, not when the answer is used", () => {
  const [last] = looks(0, 0);
  expect(
    actionsAfter(goal, ...looks(500, 0), { ...last, fleet: beside(drained(running(OLD), 1_200)), at: 999 }),
  ).toEqual([]);
});

test("a request under way keeps it alive, and it is not told how many, which would change from look to look", () => {
  expect(decidedAfter(goal, ...looks(20_000, 2))).toEqual(["api-1 waits for its requests in flight to end"]);
});

test("at the drain deadline it is stopped, and how many requests that cuts off is told", () => {
  expect(actionsAfter(goal, ...looks(29_500, 2))).toEqual([]);
  expect(actionsAfter(goal, ...looks(30_000, 2))).toEqual([`${STOP} cutting 2`]);
});

test("where nothing counts its requests it has the whole drain deadline", () => {
  expect(decidedAfter(goal, ...looks(29_500, null))).toEqual([
    "api-1 waits for the drain deadline: nothing counts its requests",
  ]);
  expect(actionsAfter(goal, ...looks(30_000, null))).toEqual([STOP]);
});

test("the drain deadline begins with the evidence, not with the drain", () => {
  const slot = { ...drained(running(OLD), 1_000, 2), drains: [deployDrain(40_000)] };
  expect(actionsAfter(goal, { fleet: beside(slot) })).toEqual([]);
});

test("being out for long without a drain does not count towards the drain deadline", () => {
  const slot = { ...drained(running(OLD), 40_000, 2), drains: [deployDrain(1_000)] };
  expect(actionsAfter(goal, { fleet: beside(slot) })).toEqual([]);
});
