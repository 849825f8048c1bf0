import { expect, test } from "vitest";
import { leaseToken } from "../../fleet/ids.ts";
import { balancing, service } from "../load-balancer/embedded/loopback.ts";
import { joinedDrain } from "./composite.ts";
import { ControlListener } from "./control-listener.ts";
import { lifecycleDrain } from "./lifecycle.ts";
import { toldDrain } from "./told.ts";

const signal = AbortSignal.timeout(60_000);
const mine = leaseToken("mine");

async function joined() {
  const api = await new ControlListener().listen();
  const one = await service();
  const bed = await balancing([one]);
  const drain = joinedDrain({
    service: lifecycleDrain(async () => new Map([["api-1/a", api.control]])),
    balancers: [toldDrain(bed.socketPath)],
  });
  const dispose = async (): Promise<void> => {
    for (const each of [bed, one, api]) await each[Symbol.asyncDispose]();
  };
  return { api, bed, drain, [Symbol.asyncDispose]: dispose };
}

test("a drain is held at the service and at the balancer, and ended at both", async () => {
  await using world = await joined();
  await world.drain.hold("api-1/a", mine, 60_000, signal);
  expect(world.api.drain?.by).toBe("deploy-mine");
  expect(world.bed.slot("api-1/a").drain?.by).toBe("deploy-mine");
  const observed = (await world.drain.observe(signal))["api-1/a"];
  expect(observed?.held.map(({ via }) => via)).toEqual(["service", "balancer"]);
  await world.drain.end("api-1/a", signal);
  expect(world.api.drain).toBeNull();
  expect(world.bed.slot("api-1/a").drain).toBeNull();
});

test("what is in flight is counted by the service, and by the balancer where the service does not count", async () => {
  await using world = await joined();
  world.api.inFlight = 7;
  expect((await world.drain.observe(signal))["api-1/a"]?.inFlight).toBe(7);
  world.api.inFlight = null;
  expect((await world.drain.observe(signal))["api-1/a"]?.inFlight).toBe(0);
  await world.api[Symbol.asyncDispose]();
  expect((await world.drain.observe(signal))["api-1/a"]?.inFlight).toBe(0);
});

test("a service whose control listener does not answer yet is drained by the balancer alone", async () => {
  await using world = await joined();
  await world.api[Symbol.asyncDispose]();
  await world.drain.hold("api-1/a", mine, 60_000, signal);
  expect(world.bed.slot("api-1/a").in).toBe(false);
  await world.drain.end("api-1/a", signal);
  expect(world.bed.slot("api-1/a").in).toBe(true);
});

test("where no balancer can be told, a service that does not answer is an error", async () => {
  await using world = await joined();
  await world.api[Symbol.asyncDispose]();
  const alone = joinedDrain({
    service: lifecycleDrain(async () => new Map([["api-1/a", world.api.control]])),
    balancers: [],
  });
  await expect(alone.hold("api-1/a", mine, 60_000, signal)).rejects.toMatchObject({
    code: "HOST_UNREACHABLE",
  });
});

test("what an operator took out at the service stays out, and the balancer is not told anything", async () => {
  await using world = await joined();
  world.api.drain = { id: "d-op", by: "operator", forMs: 0, leaseMs: null };
  await expect(world.drain.hold("api-1/a", mine, 60_000, signal)).rejects.toMatchObject({ code: "REFUSED" });
  expect(world.bed.slot("api-1/a").drain).toBeNull();
  await world.drain.end("api-1/a", signal);
  expect(world.api.drain?.by).toBe("operator");
});

test("when one of several balancers cannot be asked, the count is unknown rather than too small", async () => {
  await using world = await joined();
  const both = [toldDrain(world.bed.socketPath), toldDrain("/nowhere/balancer.sock")];
  const drain = joinedDrain({ service: null, balancers: both });
  expect((await drain.observe(signal))["api-1/a"]).toEqual({ held: [], inFlight: null });
  await expect(drain.hold("api-1/a", mine, 60_000, signal)).rejects.toMatchObject({
    code: "HOST_UNREACHABLE",
  });
  expect(world.bed.slot("api-1/a").drain?.by).toBe("deploy-mine");
});
