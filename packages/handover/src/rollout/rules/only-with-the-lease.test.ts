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
  takenOutByOperator,
} from "../worlds-for-tests.ts";

const two = { "api-1": [serving(OLD), empty], "api-2": [serving(OLD), empty] };
const goal = goalFor(two);

test("without the lease nothing is done: not even putting back, which is the next holder's", () => {
  const fleet = { ...two, "api-1": [drained(running(OLD)), serving(NEW)] };
  expect(decidedAfter(goal, { fleet: two }, { at: 100, fleet, lease: "lost" })).toEqual([
    "lost: the lease was lost: another deploy may act now",
  ]);
});

test("while it is not known who holds the lease, nothing is done", () => {
  expect(actionsAfter(goal, { fleet: two, lease: "unknown" })).toEqual([]);
});

test("a deploy that finds an instance taken out by an operator is refused and says so", () => {
  const fleet = { ...two, "api-2": [takenOutByOperator(running(OLD)), empty] };
  expect(decidedAfter(goal, { fleet })).toEqual(["refused: an operator took api-2 out of rotation"]);
});

test("one that an operator takes out half way is left alone, what is at hand is finished, then the run halts", () => {
  const begun = { ...two, "api-1": [serving(OLD), starting(NEW)] };
  const taken = { ...begun, "api-2": [takenOutByOperator(running(OLD)), empty] };
  const proven = { ...taken, "api-1": [serving(OLD), serving(NEW)] };
  const looks = [{ fleet: two }, { at: 100, fleet: begun }, { at: 200, fleet: taken }];
  const decided = decidedAfter(goal, ...looks);
  expect(decided).toContain("api-1 waits for its health path to pass");
  expect(actionsAfter(goal, ...looks, { at: 300, fleet: proven })).toEqual(["drain api-1/a"]);
  const settled = { ...taken, "api-1": [empty, serving(NEW)] };
  expect(decidedAfter(goal, ...looks, { at: 400, fleet: settled })).toEqual([
    "lost: an operator took api-2 out of rotation",
  ]);
});

test("what an operator took out and runs what it should is never admitted, and in nobody's way", () => {
  const fleet = { "api-1": [serving(OLD), empty], "api-2": [takenOutByOperator(running(NEW)), empty] };
  expect(actionsAfter(goal, { fleet })).not.toContain("undrain api-2/a");
});

test("an instance of which nobody can say whether it is drained is not touched", () => {
  const fleet = { ...two, "api-1": [{ ...serving(OLD), drains: "unreadable" as const }, empty] };
  expect(decidedAfter(goal, { fleet })).toContain("api-1 waits for whether api-1/a is drained");
  expect(actionsAfter(goal, { fleet })).toEqual([]);
});
