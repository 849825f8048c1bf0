import * as fc from "fast-check";
import { expect, test } from "vitest";
import { afterCheck, afterRefusedConnection, unchecked, type CheckRun } from "./check-run.ts";

const twoOfEach = { healthyThreshold: 2, unhealthyThreshold: 2 };
const after = (answers: readonly boolean[], from: CheckRun = unchecked): CheckRun =>
  answers.reduce((run, passed) => afterCheck(run, passed, twoOfEach), from);

test("a slot that was never checked is out", () => {
  expect(unchecked.healthy).toBe(false);
});

test("passes in a row bring it in; one fewer do not, nor as many with a refusal between", () => {
  expect(after([true, true]).healthy).toBe(true);
  expect(after([true]).healthy).toBe(false);
  expect(after([true, false, true]).healthy).toBe(false);
});

test("refusals in a row take it out; one does not", () => {
  expect(after([true, true, false]).healthy).toBe(true);
  expect(after([true, true, false, true, false]).healthy).toBe(true);
  expect(after([true, true, false, false]).healthy).toBe(false);
});

test("a refused connection takes it out at once, and the way back begins anew", () => {
  const refused = afterRefusedConnection(after([true, true, true]));
  expect(refused).toEqual({ healthy: false, count: 1, passing: false });
  expect(after([true], refused).healthy).toBe(false);
  expect(after([true, true], refused).healthy).toBe(true);
});

test("refused connections count as a run", () => {
  expect(afterRefusedConnection(afterRefusedConnection(unchecked)).count).toBe(2);
});

test("whatever came before, a threshold of equal answers decides, and nothing shorter than both thresholds changes it", () => {
  const threshold = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.boolean()), threshold, threshold, fc.boolean(), (past, up, down, passed) => {
      const thresholds = { healthyThreshold: up, unhealthyThreshold: down };
      const step = (run: CheckRun, answer: boolean): CheckRun => afterCheck(run, answer, thresholds);
      const before = past.reduce(step, unchecked);
      const enough = passed ? up : down;
      const decided = Array.from({ length: enough }, () => passed).reduce(step, before);
      expect(decided.healthy).toBe(passed);
      const other = afterCheck(decided, !passed, thresholds);
      expect(other.healthy === passed || (passed ? down : up) === 1).toBe(true);
    }),
  );
});
