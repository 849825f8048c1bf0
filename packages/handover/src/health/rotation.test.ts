import * as fc from "fast-check";
import { expect, test } from "vitest";
import { known, unknown } from "../fleet/fact.ts";
import { balancerId } from "../fleet/ids.ts";
import type { BalancerNode, SlotRotation } from "../fleet/rotation.ts";
import { countsInRotation, reachOf } from "./rotation.ts";

const inFor = (forMs: number): SlotRotation => ({ in: true, forMs, evidence: "told" });
const outFor = (forMs: number): SlotRotation => ({ in: false, forMs, evidence: "timed" });

function node(slots: BalancerNode["slots"], warm = true): BalancerNode {
  return { balancer: balancerId("lb"), node: "1", generation: "1", warm, slots };
}

const A = "api-1/a";

test("in by every node is in, for as long as the last of them says", () => {
  const nodes = known([node({ [A]: inFor(900) }), node({ [A]: inFor(300) })], 0);
  expect(reachOf(A, [nodes])).toEqual({ kind: "in", forMs: 300, evidence: "told" });
});

test("in by some is partly: neither in nor out", () => {
  expect(reachOf(A, [known([node({ [A]: inFor(1) }), node({ [A]: outFor(1) })], 0)]).kind).toBe("partly");
  expect(reachOf(A, [known([node({ [A]: inFor(1) }), node({})], 0)]).kind).toBe("partly");
});

test("out by every node is out, since the last of them let go", () => {
  const nodes = known([node({ [A]: outFor(900) }), node({ [A]: outFor(300) })], 0);
  expect(reachOf(A, [nodes])).toEqual({ kind: "out", forMs: 300, evidence: "timed" });
});

test("a slot that no node lists is out for ever", () => {
  expect(reachOf(A, [known([node({})], 0)])).toEqual({ kind: "out", forMs: Infinity, evidence: null });
});

test("a balancer that cannot be asked makes out unknown and in partly", () => {
  const blind = unknown("no answer");
  expect(reachOf(A, [known([node({ [A]: outFor(1) })], 0), blind]).kind).toBe("unknown");
  expect(reachOf(A, [known([node({ [A]: inFor(1) })], 0), blind]).kind).toBe("partly");
});

test("a balancer that has just begun says in, but its out means nothing yet", () => {
  expect(reachOf(A, [known([node({ [A]: outFor(1) }, false)], 0)]).kind).toBe("unknown");
  expect(reachOf(A, [known([node({ [A]: inFor(1) }, false)], 0)]).kind).toBe("in");
});

test("an instance counts once at each node, with one slot in rotation or two", () => {
  const groups = [["api-1/a", "api-1/b"], ["api-2/a"]] as const;
  const full = node({ "api-1/a": inFor(1), "api-1/b": inFor(1), "api-2/a": inFor(1) });
  const less = node({ "api-1/b": inFor(1), "api-2/a": outFor(1) });
  expect(countsInRotation(groups, [known([full], 0)])).toEqual([2]);
  expect(countsInRotation(groups, [known([full, less], 0)])).toEqual([2, 1]);
});

test("a balancer that cannot be asked has none in rotation; no balancer at all has none either", () => {
  expect(countsInRotation([[A]], [known([node({ [A]: inFor(1) })], 0), unknown("no answer")])).toEqual([
    1, 0,
  ]);
  expect(countsInRotation([[A]], [])).toEqual([]);
});

test("a node more never makes more in rotation, and never makes a slot in or out that was partly so", () => {
  const view = fc.oneof(fc.constant(inFor(5)), fc.constant(outFor(5)));
  const nodes = fc.array(
    fc.record({ [A]: view, "api-2/a": view }).map((slots) => node(slots)),
    { minLength: 1 },
  );
  const groups = [[A], ["api-2/a"]] as const;
  fc.assert(
    fc.property(nodes, nodes, (some, more) => {
      const [fewer, all] = [[known(some, 0)], [known([...some, ...more], 0)]];
      expect(Math.min(...countsInRotation(groups, all))).toBeLessThanOrEqual(
        Math.min(...countsInRotation(groups, fewer)),
      );
      const [before, after] = [reachOf(A, fewer).kind, reachOf(A, all).kind];
      expect(after === before || after === "partly").toBe(true);
    }),
  );
});
