import { expect, test } from "vitest";
import {
  actionsAfter,
  decidedAfter,
  empty,
  exited,
  goalFor,
  NEW,
  OLD,
  running,
  serving,
  starting,
} from "../worlds-for-tests.ts";

test("on a first deploy all are started together, whatever maxUnavailable is", () => {
  const fleet = { "api-1": [empty, empty], "api-2": [empty, empty], "api-3": [empty, empty] };
  expect(actionsAfter(goalFor(fleet), { fleet })).toEqual([
    "start api-1/a new",
    "start api-2/a new",
    "start api-3/a new",
  ]);
});

test("those that do not serve go first, and none that serves is touched beside them", () => {
  const fleet = { "api-1": [serving(OLD), empty], "api-2": [empty, empty], "api-3": [exited(OLD), empty] };
  expect(decidedAfter(goalFor(fleet, { maxUnavailable: 2 }), { fleet })).toEqual([
    "start api-2/a new",
    "start api-3/b new",
    "api-1 waits for api-2, api-3 first: not in rotation",
  ]);
});

test("none that serves is touched before those are judged", () => {
  const before = { "api-1": [serving(OLD), empty], "api-2": [empty, empty] };
  const goal = goalFor(before, { maxUnavailable: 2 });
  for (const slot of [starting(NEW), running(NEW), serving(NEW, 4_000)])
    expect(
      actionsAfter(goal, { fleet: before }, { at: 100, fleet: { ...before, "api-2": [slot, empty] } }),
    ).toEqual([]);
  expect(
    actionsAfter(goal, { fleet: before }, { at: 100, fleet: { ...before, "api-2": [serving(NEW), empty] } }),
  ).toEqual(["start api-1/b new"]);
});

test("an instance whose balancer cannot be read may be serving: it does not go first", () => {
  const fleet = { "api-1": [serving(OLD), empty], "api-2": [serving(OLD), empty] };
  const actions = actionsAfter(goalFor(fleet), { fleet, balancer: "unreadable" });
  expect(actions).toEqual(["start api-1/b new"]);
});
