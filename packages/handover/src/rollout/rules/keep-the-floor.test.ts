import { expect, test } from "vitest";
import {
  actionsAfter,
  decidedAfter,
  drained,
  empty,
  exited,
  goalFor,
  NEW,
  OLD,
  running,
  serving,
} from "../worlds-for-tests.ts";

const three = { "api-1": [serving(OLD)], "api-2": [serving(OLD)], "api-3": [serving(OLD)] };
const stopFirst = { strategy: "stop-first" } as const;

test("one of three is taken out, the floor of two stays", () => {
  expect(actionsAfter(goalFor(three, {}, stopFirst), { fleet: three })).toEqual(["drain api-1/a"]);
});

test("with maxUnavailable of two, two are taken out at once", () => {
  expect(actionsAfter(goalFor(three, { maxUnavailable: 2 }, stopFirst), { fleet: three })).toEqual([
    "drain api-1/a",
    "drain api-2/a",
  ]);
});

test("the last one in rotation is never taken out, whatever maxUnavailable says", () => {
  const fleet = { "api-1": [serving(OLD)] };
  expect(decidedAfter(goalFor(fleet, { maxUnavailable: 3 }, stopFirst), { fleet })).toContain(
    "api-1 waits for the floor: 1 must stay in rotation",
  );
});

test("of two slots that both serve, one may go: the instance stays in rotation", () => {
  const fleet = { "api-1": [serving(OLD), serving(NEW)] };
  expect(actionsAfter(goalFor(fleet), { fleet })).toEqual(["drain api-1/a"]);
});

test("what is on its way out is put back when another is lost meanwhile", () => {
  const before = { ...three, "api-1": [drained(running(OLD))] };
  const after = { ...before, "api-3": [running(OLD)] };
  const goal = goalFor(three, {}, stopFirst);
  const decided = decidedAfter(goal, { fleet: three }, { at: 200, fleet: before }, { at: 400, fleet: after });
  expect(decided).toContain("undrain api-1/a");
  expect(decided).toContain("api-1 waits for the floor: 2 must stay in rotation; put back");
});

test("what is put back is not taken out again before the floor allows it", () => {
  const goal = goalFor(three, {}, stopFirst);
  const leaving = { ...three, "api-1": [drained(running(OLD))] };
  const lost = { ...three, "api-3": [running(OLD)] };
  const backAgain = { ...lost, "api-1": [running(OLD)] };
  const looks = [{ fleet: three }, { at: 200, fleet: leaving }, { at: 400, fleet: backAgain }];
  expect(actionsAfter(goal, ...looks)).not.toContain("drain api-1/a");
});

test("an instance that is out anyway is replaced also below the floor: it costs nothing", () => {
  const fleet = { "api-1": [running(OLD)], "api-2": [exited(OLD)], "api-3": [serving(OLD)] };
  expect(actionsAfter(goalFor(fleet, {}, stopFirst), { fleet })).toContain("drain api-1/a");
});

test("nothing is taken out while the load balancer cannot be read, or has just been restarted", () => {
  const goal = goalFor(three, {}, stopFirst);
  expect(actionsAfter(goal, { fleet: three, balancer: "unreadable" })).toEqual([]);
  const blank = { "api-1": [running(OLD)], "api-2": [running(OLD)], "api-3": [running(OLD)] };
  expect(actionsAfter(goal, { fleet: blank, balancer: "just restarted" })).toEqual([]);
});

test("one look that fails puts nobody back; a balancer unread for 5 s does", () => {
  const goal = goalFor(three, {}, stopFirst);
  const fleet = { ...three, "api-1": [drained(running(OLD), 100, 1)] };
  const blind = (at: number) => ({ at, fleet, balancer: "unreadable" }) as const;
  expect(actionsAfter(goal, { fleet: three }, { at: 100, fleet }, blind(200))).toEqual([]);
  expect(actionsAfter(goal, { fleet: three }, { at: 100, fleet }, blind(200), blind(5_200))).toEqual([
    "undrain api-1/a",
  ]);
});

test("workers have a floor of their own and do not count towards the balancer's", () => {
  const fleet = { "api-1": [serving(OLD)], "work-1": [running(OLD)], "work-2": [running(OLD)] };
  const goal = goalFor(fleet, { maxUnavailable: 3 }, stopFirst);
  const instances = goal.instances.map((one) => ({ ...one, balanced: one.id === "api-1" }));
  const decided = decidedAfter({ ...goal, instances }, { fleet });
  expect(decided).toContain("drain work-1/a");
  expect(decided).toContain("api-1 waits for the floor: 1 must stay in rotation");
  expect(decided).toContain("work-2 waits for the floor: 1 must stay in rotation");
});

test("a service of which nothing is configured any more is taken out to the last", () => {
  const fleet = { "api-1": [serving(OLD), empty] };
  expect(actionsAfter(goalFor(fleet, {}, { release: null }), { fleet })).toEqual(["drain api-1/a"]);
});
