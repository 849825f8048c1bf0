import { expect, test } from "vitest";
import {
  actionsAfter,
  decidedAfter,
  decisionAfter,
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
  stopping,
  US,
} from "../worlds-for-tests.ts";

const two = { "api-1": [serving(OLD), empty], "api-2": [serving(OLD), empty] };
const seen = { fleet: two };

test("a new one that the host could not start halts the run with the reason and the last lines of its log", () => {
  const fleet = { ...two, "api-1": [serving(OLD), failedToStart(empty, NEW, "exited with status 1")] };
  expect(decisionAfter(goalFor(two), [seen, { at: 100, fleet }])).toEqual({
    kind: "halt",
    halt: { kind: "failed", instance: "api-1", why: "exited with status 1", log: ["last words"] },
  });
});

test("a failure that another deploy left behind is not ours", () => {
  const failed = { ...empty, failure: { release: NEW, by: exitedBy("another"), why: "x", log: [] } };
  const fleet = { ...two, "api-1": [serving(OLD), failed] };
  expect(actionsAfter(goalFor(two), { fleet })).toEqual(["start api-1/b new"]);
});

test("a new one that exits during minHealthyTime is ended, and the next is left alone", () => {
  const fleet = { ...two, "api-1": [serving(OLD), { ...exited(NEW), orderedBy: US }] };
  const ended = { ...two, "api-1": [serving(OLD), stopping(NEW)] };
  const looks = [seen, { at: 100, fleet }];
  expect(actionsAfter(goalFor(two), ...looks)).toEqual(["stop api-1/b"]);
  expect(actionsAfter(goalFor(two), ...looks, { at: 200, fleet: ended })).toEqual([]);
  expect(decidedAfter(goalFor(two), ...looks, { at: 300, fleet: two })).toEqual([
    "failed: exited with status 1",
  ]);
});

test("a new one that was in rotation and fails its health checks goes back to what ran before", () => {
  const joined = { ...two, "api-1": [serving(OLD), serving(NEW, 1_000)] };
  const sick = { ...two, "api-1": [serving(OLD), running(NEW)] };
  expect(actionsAfter(goalFor(two), seen, { at: 100, fleet: joined }, { at: 200, fleet: sick })).toEqual([
    "drain api-1/b",
  ]);
});

test("one that leaves rotation because the balancer was restarted has not failed", () => {
  const joined = { ...two, "api-1": [serving(OLD), serving(NEW, 1_000)] };
  const gone = { "api-1": [running(OLD), running(NEW)], "api-2": [running(OLD), empty] };
  const looks = [
    seen,
    { at: 100, fleet: joined },
    { at: 200, fleet: gone, balancer: "just restarted" as const },
  ];
  expect(decisionAfter(goalFor(two), looks).kind).toBe("wait");
});

test("with onFailure halt the others keep what they run; with rollback those of this run go back too", () => {
  const done = { ...two, "api-1": [empty, serving(NEW)] };
  const failed = { ...done, "api-2": [serving(OLD), failedToStart(empty, NEW)] };
  const looks = [
    seen,
    { at: 100, fleet: { ...two, "api-1": [serving(OLD), starting(NEW)] } },
    { at: 200, fleet: done },
    { at: 300, fleet: failed },
  ];
  expect(decidedAfter(goalFor(two), ...looks)).toEqual(["failed: did not answer in time"]);
  expect(actionsAfter(goalFor(two, { onFailure: "rollback" }), ...looks)).toEqual(["start api-1/a old"]);
});

test("a rollback that fails is not tried again", () => {
  const goal = goalFor(two, { onFailure: "rollback" }, { strategy: "stop-first" });
  const swapped = { ...two, "api-1": [running(NEW), empty] };
  const failed = { ...two, "api-1": [{ ...exited(NEW), orderedBy: US }, empty] };
  const backFailed = { ...two, "api-1": [failedToStart(exited(NEW), OLD), failedToStart(empty, OLD)] };
  const looks = [
    seen,
    { at: 100, fleet: swapped },
    { at: 200, fleet: failed },
    { at: 300, fleet: backFailed },
  ];
  expect(decidedAfter(goal, ...looks)).toEqual([
    "failed: exited with status 1; going back to old failed too: did not answer in time",
  ]);
});

test("the old one that is on its way out when another fails is put back", () => {
  const leaving = { ...two, "api-2": [drained(running(OLD)), empty] };
  const stopFirst = goalFor(two, { maxUnavailable: 2 }, { strategy: "stop-first" });
  const failed = { ...leaving, "api-1": [failedToStart(serving(OLD), NEW), empty] };
  const looks = [seen, { at: 100, fleet: leaving }, { at: 200, fleet: failed }];
  expect(actionsAfter(stopFirst, ...looks)).toEqual(["undrain api-2/a"]);
});

function exitedBy(token: string) {
  return token as typeof US;
}
