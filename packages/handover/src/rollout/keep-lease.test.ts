import { expect, test } from "vitest";
import { leaseToken } from "../fleet/ids.ts";
import type { Lease } from "../ports/lease.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";
import { keepLease } from "./keep-lease.ts";
import { ACT_DEADLINE_MS, LEASE_TTL_MS, LEASE_RENEW_MS, LEASE_TRUST_MS } from "./deadlines.ts";

type Answer = "ours" | "another's" | "no answer" | "fails";

/** A lease whose renewals are answered as told; `at` lists when each was sent. */
function leaseThat(answer: (at: number) => Answer) {
  const clock = new VirtualClock();
  const at: number[] = [];
  let released = 0;
  const lease: Lease = {
    acquire: async () => ({ kind: "held", token: leaseToken("us") }),
    renew: async () => {
      at.push(clock.now());
      const said = answer(clock.now());
      if (said === "no answer") return await new Promise(() => undefined);
      if (said === "fails") throw new Error("connection refused");
      return said === "ours";
    },
    release: async () => void released++,
  };
  const keeper = keepLease(lease, leaseToken("us"), clock);
  const wait = (ms: number) => clock.run(() => false, clock.now() + ms);
  return { clock, keeper, wait, at, released: () => released };
}

test("the lease is renewed every five seconds and stays held", async () => {
  const { keeper, wait, at } = leaseThat(() => "ours");
  await wait(16_000);
  expect(at).toEqual([5_000, 10_000, 15_000]);
  expect(keeper.state()).toMatchObject({ value: "held" });
});

test("a renewal that is refused loses it at once and for good", async () => {
  const { keeper, wait, at } = leaseThat((now) => (now < 6_000 ? "another's" : "ours"));
  await wait(5_000);
  expect(keeper.state()).toMatchObject({ value: "lost" });
  await wait(60_000);
  expect(keeper.state()).toMatchObject({ value: "lost" });
  expect(at).toEqual([5_000]);
});

test("a renewal that fails is tried again after a second, and the lease goes on", async () => {
  const { keeper, wait, at } = leaseThat((now) => (now < 6_000 ? "fails" : "ours"));
  await wait(12_000);
  expect(at).toEqual([5_000, 6_000, 11_000]);
  expect(keeper.state()).toMatchObject({ value: "held" });
});

for (const answer of ["fails", "no answer"] as const)
  test(`a lease whose renewal ${answer === "fails" ? "fails" : "gets no answer"} is trusted for less than it lasts`, async () => {
    const { keeper, clock } = leaseThat((now) => (now <= 5_000 ? "ours" : answer));
    const lastConfirmed = 5_000;
    await clock.run(() => false, lastConfirmed + LEASE_TRUST_MS - 1);
    const last = keeper.state();
    await clock.run(() => false, lastConfirmed + LEASE_TRUST_MS + 1_001);
    expect([last, keeper.state()]).toMatchObject([{ value: "held" }, { value: "lost" }]);
  });

test("an order sent at the last trusted moment ends before the lease does", () => {
  expect(LEASE_TRUST_MS + ACT_DEADLINE_MS).toBeLessThan(LEASE_TTL_MS);
  expect(LEASE_TRUST_MS).toBeGreaterThan(2 * LEASE_RENEW_MS);
});

test("when the run ends the lease is given back, unless it was lost", async () => {
  const kept = leaseThat(() => "ours");
  await Promise.all([kept.keeper.end(), kept.wait(1_000)]);
  const lost = leaseThat(() => "another's");
  await lost.wait(6_000);
  await lost.keeper.end();
  expect([kept.released(), lost.released()]).toEqual([1, 0]);
});
