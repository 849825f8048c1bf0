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
  swapping,
} from "../worlds-for-tests.ts";

const two = { "api-1": [serving(OLD), empty], "api-2": [serving(OLD), empty] };
const startFirst = goalFor(two);
const stopFirst = goalFor(two, {}, { strategy: "stop-first" });
const seen = { fleet: two };
const drainedFleet = { ...two, "api-1": [drained(running(OLD)), empty] };

test("interrupted before anything was begun, the run ends at once", () => {
  expect(decidedAfter(startFirst, { fleet: two, interrupted: true })).toEqual(["interrupted: interrupted"]);
});

test("interrupted while one is drained for its swap, it is put back, then the run ends", () => {
  const looks = [seen, { at: 100, fleet: drainedFleet, interrupted: true }];
  expect(actionsAfter(stopFirst, ...looks)).toEqual(["undrain api-1/a"]);
  expect(decidedAfter(stopFirst, ...looks, { at: 200, fleet: two })).toEqual(["interrupted: interrupted"]);
});

test("interrupted during a swap, the new one is brought in first", () => {
  const swap = { ...two, "api-1": [swapping(OLD, NEW), empty] };
  const swapped = { ...two, "api-1": [drained(running(NEW)), empty] };
  const looks = [seen, { at: 100, fleet: drainedFleet }, { at: 200, fleet: swap, interrupted: true }];
  expect(actionsAfter(stopFirst, ...looks)).toEqual([]);
  expect(actionsAfter(stopFirst, ...looks, { at: 300, fleet: swapped })).toEqual(["undrain api-1/a"]);
});

test("interrupted while the new one starts beside the old, the new one is given up", () => {
  const fleet = { ...two, "api-1": [serving(OLD), starting(NEW)] };
  expect(actionsAfter(startFirst, seen, { at: 100, fleet, interrupted: true })).toEqual(["drain api-1/b"]);
});

test("interrupted while the old one leaves for a proven new one, that is finished, whatever the balancer shows", () => {
  for (const old of [
    drained(running(OLD)),
    { ...drained(running(OLD)), rotation: { in: true, forMs: 60_000, evidence: "told" as const } },
  ]) {
    const fleet = { ...two, "api-1": [old, serving(NEW)] };
    const actions = actionsAfter(startFirst, seen, { at: 100, fleet }, { at: 200, fleet, interrupted: true });
    expect(actions).toEqual([]);
  }
});

test("interrupted when everything was done already, it is done", () => {
  const fleet = { "api-1": [empty, serving(NEW)], "api-2": [empty, serving(NEW)] };
  expect(decidedAfter(startFirst, { fleet, interrupted: true })).toEqual(["done"]);
});

test("a run that loses sight of the balancer for 30 s puts back what it drained, then ends as lost", () => {
  const looks = [
    seen,
    { at: 100, fleet: drainedFleet },
    { at: 200, fleet: drainedFleet, balancer: "unreadable" as const },
    { at: 30_201, fleet: drainedFleet, balancer: "unreadable" as const },
  ];
  expect(actionsAfter(stopFirst, ...looks)).toEqual(["undrain api-1/a"]);
  const end = { at: 30_400, fleet: two, balancer: "unreadable" as const };
  expect(decidedAfter(stopFirst, ...looks, end)).toEqual([
    "lost: nothing could be read for 30 s: the load balancer (no answer)",
  ]);
});

test("what cannot be put back within 15 s is left to the drain's own lease", () => {
  const blind = (at: number) => ({ at, fleet: drainedFleet, balancer: "unreadable" as const });
  const looks = [seen, { at: 100, fleet: drainedFleet }, blind(200), blind(30_201)];
  expect(actionsAfter(stopFirst, ...looks, blind(45_201))).toEqual(["undrain api-1/a"]);
  expect(decidedAfter(stopFirst, ...looks, blind(45_202))[0]).toMatch(/^lost: /);
});

test("a run that loses everything before it has begun has refused, not lost", () => {
  const blind = (at: number) => ({
    at,
    fleet: two,
    balancer: "unreadable" as const,
    lease: "unknown" as const,
  });
  expect(decidedAfter(startFirst, blind(0), blind(30_001))[0]).toMatch(/^refused: nothing could be read/);
});
