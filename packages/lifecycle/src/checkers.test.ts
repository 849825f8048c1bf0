import { expect, test } from "vitest";
import { Checkers } from "./checkers.ts";

function checkersAt(): { readonly checkers: Checkers; readonly pass: (ms: number) => void } {
  let now = 0;
  return { checkers: new Checkers(() => now), pass: (ms) => (now += ms) };
}

test("equal answers in a row are one run, with the ages of its first and its last", () => {
  const { checkers, pass } = checkersAt();
  checkers.answered("10.0.0.10", "refused");
  pass(10_000);
  checkers.answered("10.0.0.10", "refused");
  pass(1_900);
  expect(checkers.view()).toEqual([
    { from: "10.0.0.10", run: "refused", count: 2, firstAgoMs: 11_900, lastAgoMs: 1_900 },
  ]);
});

test("another answer begins a new run, so that totals never pass for a run", () => {
  const { checkers, pass } = checkersAt();
  checkers.answered("10.0.0.10", "passed");
  checkers.answered("10.0.0.10", "passed");
  pass(2_000);
  checkers.answered("10.0.0.10", "refused");
  pass(5);
  expect(checkers.view()).toEqual([
    { from: "10.0.0.10", run: "refused", count: 1, firstAgoMs: 5, lastAgoMs: 5 },
  ]);
});

test("each balancer node has a run of its own", () => {
  const { checkers } = checkersAt();
  checkers.answered("10.0.0.10", "refused");
  checkers.answered("10.0.0.11", "passed");
  checkers.answered("10.0.0.10", "refused");
  expect(checkers.view().map(({ from, run, count }) => [from, run, count])).toEqual([
    ["10.0.0.11", "passed", 1],
    ["10.0.0.10", "refused", 2],
  ]);
});

test("of more than 64 checkers the stalest is forgotten, however long the strangers go on", () => {
  const { checkers } = checkersAt();
  checkers.answered("stale", "passed");
  for (let stranger = 0; stranger < 1_000; stranger += 1) {
    checkers.answered("balancer", "passed");
    checkers.answered(`10.1.0.${stranger}`, "passed");
  }
  const seen = checkers.view();
  expect(seen).toHaveLength(64);
  expect(seen.find(({ from }) => from === "balancer")).toMatchObject({ count: 1_000 });
  expect(seen.some(({ from }) => from === "stale")).toBe(false);
});
