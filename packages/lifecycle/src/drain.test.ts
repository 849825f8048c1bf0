import { expect, test } from "vitest";
import { Drain } from "./drain.ts";

function drainAt(): { readonly drain: Drain; readonly pass: (ms: number) => void } {
  let now = 0;
  return { drain: new Drain(() => now), pass: (ms) => (now += ms) };
}

function idOf(hold: ReturnType<Drain["hold"]>): string {
  if (hold.kind !== "held") throw new Error("refused");
  return hold.id;
}

test("a drain ends by itself when its lease is over, and not a millisecond earlier", () => {
  const { drain, pass } = drainAt();
  drain.hold("deploy-1", 60_000);
  pass(59_999);
  expect(drain.isHeld).toBe(true);
  expect(drain.view()).toMatchObject({ by: "deploy-1", forMs: 59_999, leaseMs: 1 });
  pass(1);
  expect(drain.isHeld).toBe(false);
  expect(drain.view()).toBeNull();
});

test("a lease of null lasts until it is undone", () => {
  const { drain, pass } = drainAt();
  const id = idOf(drain.hold("operator", null));
  pass(1e12);
  expect(drain.view()).toEqual({ id, by: "operator", forMs: 1e12, leaseMs: null });
  drain.end(id);
  expect(drain.isHeld).toBe(false);
});

test("the same deploy that drains again keeps its drain and gets a new lease", () => {
  const { drain, pass } = drainAt();
  const id = idOf(drain.hold("deploy-1", 1_000));
  pass(900);
  expect(idOf(drain.hold("deploy-1", 1_000))).toBe(id);
  pass(900);
  expect(drain.view()).toMatchObject({ id, forMs: 1_800, leaseMs: 100 });
});

test("another deploy is refused until the drain has ended, then gets a drain of its own", () => {
  const { drain, pass } = drainAt();
  const id = idOf(drain.hold("deploy-1", 1_000));
  expect(drain.hold("deploy-2", 1_000)).toEqual({ kind: "refused", id, by: "deploy-1" });
  pass(1_000);
  const next = idOf(drain.hold("deploy-2", 1_000));
  expect(next).not.toBe(id);
  expect(drain.view()).toMatchObject({ by: "deploy-2", forMs: 0 });
});

test("a renewed drain lasts longer, and one that has ended cannot be renewed", () => {
  const { drain, pass } = drainAt();
  const id = idOf(drain.hold("deploy-1", 1_000));
  pass(500);
  expect(drain.renew(id, 2_000)).toBe(true);
  pass(1_999);
  expect(drain.isHeld).toBe(true);
  pass(1);
  expect(drain.renew(id, 2_000)).toBe(false);
  expect(drain.isHeld).toBe(false);
});

test("ending a drain that has ended does not end the one that came after it", () => {
  const { drain, pass } = drainAt();
  const old = idOf(drain.hold("deploy-1", 1_000));
  pass(1_000);
  drain.hold("deploy-2", 1_000);
  drain.end(old);
  expect(drain.view()).toMatchObject({ by: "deploy-2" });
  expect(drain.renew(old, 5_000)).toBe(false);
});
