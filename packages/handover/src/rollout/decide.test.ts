import { expect, test } from "vitest";
import {
  actionsAfter,
  decidedAfter,
  drained,
  empty,
  goalFor,
  NEW,
  OLD,
  running,
  serving,
  starting,
  stopping,
  swapping,
} from "./worlds-for-tests.ts";

const one = { "api-1": [serving(OLD), empty] };

test("start-first: start, bring in, prove, drain, stop, done", () => {
  const goal = goalFor(one);
  const way = [
    one["api-1"],
    [serving(OLD), starting(NEW)],
    [serving(OLD), running(NEW)],
    [serving(OLD), serving(NEW, 1_000)],
    [serving(OLD), serving(NEW)],
    [drained(running(OLD)), serving(NEW)],
    [drained(running(OLD), 2_000), serving(NEW)],
    [stopping(OLD), serving(NEW)],
    [empty, serving(NEW)],
  ];
  const looks = way.map((slots, index) => ({ at: index * 1_000, fleet: { "api-1": slots } }));
  const decided = looks.map((_, index) => decidedAfter(goal, ...looks.slice(0, index + 1)));
  expect(decided).toEqual([
    ["start api-1/b new"],
    ["api-1 waits for its health path to pass"],
    ["api-1 waits for the load balancer to bring it in"],
    ["api-1 waits for minHealthyTime"],
    ["drain api-1/a", "api-1 waits for the load balancer to take it out"],
    ["api-1 waits for one idle second"],
    ["stop api-1/a"],
    ["api-1 waits for the host to stop the old one"],
    ["done"],
  ]);
});

test("stop-first: drain, swap, bring in, prove, done", () => {
  const fleet = { ...one, "api-2": [serving(NEW), empty] };
  const goal = goalFor(fleet, {}, { strategy: "stop-first" });
  const way = [
    one["api-1"],
    [drained(running(OLD)), empty],
    [drained(running(OLD), 2_000), empty],
    [swapping(OLD, NEW), empty],
    [drained(running(NEW)), empty],
    [serving(NEW, 1_000), empty],
    [serving(NEW), empty],
  ];
  const looks = way.map((slots, index) => ({ at: index * 1_000, fleet: { ...fleet, "api-1": slots } }));
  const decided = looks.map((_, index) => decidedAfter(goal, ...looks.slice(0, index + 1)));
  expect(decided).toEqual([
    ["drain api-1/a", "api-1 waits for the load balancer to take it out"],
    ["api-1 waits for one idle second"],
    ["swap api-1/a new"],
    ["api-1 waits for the host to swap it"],
    ["undrain api-1/a", "api-1 waits for the load balancer to bring it in"],
    ["api-1 waits for minHealthyTime"],
    ["done"],
  ]);
});

test("each reason is told once an instance", () => {
  const fleet = { "api-1": [serving(OLD), serving(NEW, 1_000)] };
  expect(decidedAfter(goalFor(fleet), { fleet })).toEqual(["api-1 waits for minHealthyTime"]);
});

test("a fleet that is as it should be is done at the first look", () => {
  const fleet = { "api-1": [empty, serving(NEW)], "api-2": [serving(NEW), empty] };
  expect(decidedAfter(goalFor(fleet), { fleet })).toEqual(["done"]);
});

test("a canary: instances that keep their release are left alone", () => {
  const fleet = { ...one, "api-2": [serving(OLD), empty] };
  const goal = goalFor(fleet);
  const instances = goal.instances.map((each) => (each.id === "api-2" ? { ...each, release: OLD } : each));
  const after = { ...fleet, "api-1": [empty, serving(NEW)] };
  expect(actionsAfter({ ...goal, instances }, { fleet })).toEqual(["start api-1/b new"]);
  expect(decidedAfter({ ...goal, instances }, { fleet: after })).toEqual(["done"]);
});

test("a drain is renewed when half of its lease has gone, and not before", () => {
  const leaving = (leaseMs: number) => {
    const slot = drained(running(OLD), 100, 2);
    const [held] = slot.drains === undefined || slot.drains === "unreadable" ? [] : slot.drains;
    return { "api-1": [{ ...slot, drains: held === undefined ? [] : [{ ...held, leaseMs }] }, serving(NEW)] };
  };
  expect(actionsAfter(goalFor(one), { fleet: leaving(15_001) })).toEqual([]);
  expect(actionsAfter(goalFor(one), { fleet: leaving(15_000) })).toEqual(["drain api-1/a"]);
});

test("what a dead deploy left drained and runs what it should goes healthy again at once", () => {
  const fleet = { "api-1": [empty, drained(running(NEW))] };
  expect(actionsAfter(goalFor(fleet), { fleet })).toEqual(["undrain api-1/b"]);
});

test("of three things in two slots there is room only after the least useful has gone", () => {
  const fleet = { "api-1": [serving(OLD), running(NEW)] };
  const goal = goalFor(fleet, {}, { release: OLD });
  expect(actionsAfter(goal, { fleet })).toEqual(["drain api-1/b"]);
});
