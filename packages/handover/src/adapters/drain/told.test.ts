import { join } from "node:path";
import { expect, test } from "vitest";
import { leaseToken } from "../../fleet/ids.ts";
import { ask, balancing, service, until, type Bed } from "../load-balancer/embedded/loopback.ts";
import { toldDrain } from "./told.ts";

const signal = AbortSignal.timeout(60_000);
const mine = leaseToken("mine");

async function drainedBy(bed: Bed, by: string): Promise<void> {
  const order = JSON.stringify({ slot: "api-1/a", by, leaseMs: by === "operator" ? null : 60_000 });
  await ask(0, "/drain", { socketPath: bed.socketPath, method: "POST" }, order);
}

test("a slot is out at once, and observed with where its drain is renewed and what is in flight", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await using one = await service((_request, response) => void released.then(() => response.end()));
  await using bed = await balancing([one]);
  const drain = toldDrain(bed.socketPath);
  const inFlight = ask(bed.port);
  await until("a request is in flight", () => bed.slot("api-1/a").inFlight === 1);

  await drain.hold("api-1/a", mine, 60_000, signal);
  expect(bed.slot("api-1/a")).toMatchObject({ in: false, drain: { by: "deploy-mine" } });
  const id = bed.slot("api-1/a").drain?.id;
  const observed = await drain.observe(signal);
  expect(observed["api-1/a"]).toMatchObject({
    held: [{ via: "balancer", id, at: `unix:${bed.socketPath}`, by: "deploy" }],
    inFlight: 1,
  });
  release();
  await inFlight;
  await until("it is idle", async () => (await drain.observe(signal))["api-1/a"]?.inFlight === 0);
});

test("holding again renews the same drain", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  const drain = toldDrain(bed.socketPath);
  await drain.hold("api-1/a", mine, 1_000, signal);
  const before = bed.slot("api-1/a").drain;
  await drain.hold("api-1/a", mine, 60_000, signal);
  const after = bed.slot("api-1/a").drain;
  expect(after?.id).toBe(before?.id);
  expect(after?.leaseMs).toBeGreaterThan(50_000);
});

test("a dead deploy's drain is taken over and ended; the slot is never in between", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  await drainedBy(bed, "deploy-dead");
  const { id } = bed.slot("api-1/a").drain ?? {};
  const drain = toldDrain(bed.socketPath);
  await drain.hold("api-1/a", mine, 90_000, signal);
  expect(bed.slot("api-1/a").drain?.id).toBe(id);
  expect(bed.slot("api-1/a").drain?.leaseMs).toBeGreaterThan(80_000);
  await drain.end("api-1/a", signal);
  await drain.end("api-1/a", signal);
  expect(bed.slot("api-1/a")).toMatchObject({ in: true, drain: null });
});

test("an operator's drain is refused and said so, observed as the operator's, and not ended", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  await drainedBy(bed, "operator");
  const drain = toldDrain(bed.socketPath);
  await expect(drain.hold("api-1/a", mine, 60_000, signal)).rejects.toMatchObject({
    code: "REFUSED",
    message: expect.stringContaining("operator"),
  });
  await drain.end("api-1/a", signal);
  expect((await drain.observe(signal))["api-1/a"]?.held).toMatchObject([{ by: "operator", leaseMs: null }]);
});

test("a balancer that cannot be asked leaves its slots out, and an order to it is an error", async () => {
  await using bed = await balancing([]);
  const drain = toldDrain(join(bed.directory, "absent.sock"));
  expect(await drain.observe(signal)).toEqual({});
  await expect(drain.hold("api-1/a", mine, 60_000, signal)).rejects.toMatchObject({
    code: "HOST_UNREACHABLE",
  });
  await expect(drain.observe(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});
