import { expect, test } from "vitest";
import { fresh, known, unknown } from "./fact.ts";

test("a fact stays known up to its greatest age, and says how old it was when that is over", () => {
  const fact = known("in", 1_000);
  expect(fresh(fact, 6_000, 5_000)).toBe(fact);
  expect(fresh(fact, 6_001, 5_000)).toEqual({ kind: "unknown", why: "read 5001 ms ago" });
});

test("what is unknown stays unknown, with its own reason", () => {
  expect(fresh(unknown("no answer"), 0, 5_000)).toEqual(unknown("no answer"));
});
