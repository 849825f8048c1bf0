import { expect, test } from "vitest";
import {
  actionsAfter,
  decidedAfter,
  drained,
  empty,
  exited,
  failedToStart,
  goalFor,
  NEW,
  OLD,
  running,
  serving,
  starting,
  swapping,
  US,
} from "../worlds-for-tests.ts";

const two = { "api-1": [serving(OLD), empty], "api-2": [serving(OLD), empty] };
const goal = goalFor(two);

test("only one instance is begun at a time", () => {
  expect(decidedAfter(goal, { fleet: two })).toEqual([
    "start api-1/b new",
    "api-2 waits for the ones before it",
  ]);
});

test("with maxUnavailable of two, two are begun at a time", () => {
  expect(actionsAfter(goalFor(two, { maxUnavailable: 2 }), { fleet: two })).toEqual([
    "start api-1/b new",
    "start api-2/b new",
  ]);
});

for (const [state, slot, why] of [
  ["starting", starting(NEW), "its health path to pass"],
  ["running and not in rotation yet", running(NEW), "the load balancer to bring it in"],
  ["in rotation for less than minHealthyTime", serving(NEW, 4_900), "minHealthyTime"],
] as const)
  test(`while the new one is ${state}, the old one stays and the next is not begun`, () => {
    const fleet = { ...two, "api-1": [serving(OLD), slot] };
    const decided = decidedAfter(goal, { fleet: two }, { at: 100, fleet });
    expect(decided).toContain(`api-1 waits for ${why}`);
    expect(decided).toContain("api-2 waits for api-1 to be proven");
    expect(actionsAfter(goal, { fleet: two }, { at: 100, fleet })).toEqual([]);
  });

test("once it has been healthy for minHealthyTime, the old one is taken out and the next is begun", () => {
  const fleet = { ...two, "api-1": [serving(OLD), serving(NEW, 5_000)] };
  expect(actionsAfter(goal, { fleet: two }, { at: 100, fleet })).toEqual([
    "drain api-1/a",
    "start api-2/b new",
  ]);
});

test("healthy means running as well as in rotation: a process that was started again counts from there", () => {
  const slot = { ...serving(NEW, 60_000), content: running(NEW, 1_000).content };
  const fleet = { "api-1": [serving(OLD), slot] };
  expect(actionsAfter(goalFor(fleet), { fleet })).toEqual([]);
});

test("one that was swapped has to prove itself before the next is taken out", () => {
  const stopFirst = goalFor(two, {}, { strategy: "stop-first" });
  for (const slot of [swapping(OLD, NEW), running(NEW), serving(NEW, 1_000)])
    expect(
      actionsAfter(stopFirst, { fleet: two }, { at: 100, fleet: { ...two, "api-1": [slot, empty] } }),
    ).toEqual([]);
});

test("while the host of one that was begun does not answer, the next is not begun", () => {
  const fleet = { ...two, "api-1": "unreadable" } as const;
  const begun = { ...two, "api-1": [serving(OLD), starting(NEW)] };
  expect(actionsAfter(goal, { fleet: two }, { at: 100, fleet: begun }, { at: 200, fleet })).toEqual([]);
});

test("an instance that is no longer configured is emptied only when nothing is unproven", () => {
  const surplus = goal.instances.map((one) => (one.id === "api-2" ? { ...one, release: null } : one));
  const fleet = { ...two, "api-1": [serving(OLD), starting(NEW)] };
  const proven = { ...two, "api-1": [empty, serving(NEW)] };
  expect(actionsAfter({ ...goal, instances: surplus }, { fleet: two }, { at: 100, fleet })).toEqual([]);
  expect(actionsAfter({ ...goal, instances: surplus }, { fleet: proven })).toEqual(["drain api-2/a"]);
});

test("a release that failed and has exited is ended at once: its host would start it again and again", () => {
  const failed = { ...exited(NEW), orderedBy: US };
  const fleet = { "api-1": [failed, serving(OLD, 1_000)] };
  const single = goalFor(fleet);
  const looks = [{ fleet: { "api-1": [serving(OLD), empty] } }, { at: 100, fleet }];
  expect(actionsAfter(single, ...looks)).toEqual(["stop api-1/a"]);
});

test("an old one that has exited is not given up for a new one that is not proven", () => {
  const fleet = { "api-1": [exited(OLD), starting(NEW)] };
  expect(actionsAfter(goalFor(fleet), { fleet })).toEqual([]);
});

test("what could not be started is not proven by what serves beside it", () => {
  const fleet = {
    ...two,
    "api-1": [serving(OLD), failedToStart(empty, NEW)],
    "api-2": [drained(running(OLD)), empty],
  };
  expect(actionsAfter(goal, { fleet: two }, { at: 100, fleet })).not.toContain("start api-2/b new");
});
