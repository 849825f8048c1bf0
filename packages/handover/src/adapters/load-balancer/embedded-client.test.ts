import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { balancerId } from "../../fleet/ids.ts";
import { at, balancing, emptyBed, quick, service, until } from "./embedded/loopback.ts";
import { embeddedLoadBalancer } from "./embedded-client.ts";

const signal = AbortSignal.timeout(60_000);

test("the balancer is one node, and tells which slots are in rotation and for how long", async () => {
  await using one = await service();
  await using two = await service();
  await using bed = await balancing([one, two]);
  two.healthy = false;
  await until("the second is out", () => !bed.slot("api-2/a").in);
  const [node, ...others] = await bed.client.observe(signal);
  expect(others).toEqual([]);
  expect(node).toMatchObject({
    balancer: "embedded",
    node: bed.balancer.listen,
    generation: "1:1",
    warm: true,
    slots: { "api-1/a": { in: true, evidence: "told" }, "api-2/a": { in: false, evidence: "told" } },
  });
  expect(node?.slots["api-1/a"]?.forMs).toBeGreaterThan(node?.slots["api-2/a"]?.forMs ?? Infinity);
});

test("before its first checks have come back, the balancer says that out means nothing yet", async () => {
  await using judged = await service();
  const silent = createServer(() => asked.resolve()).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const asked = Promise.withResolvers<void>();
  await using bed = await emptyBed();
  const warm = async () => (await bed.client.observe(signal))[0]?.warm;
  expect(await warm()).toBe(false);
  const health = { ...quick, timeoutMs: 300 };
  await bed.client.declare({ health, slots: [at("api-1/a", judged), at("api-2/a", { port })] }, signal);
  await asked.promise;
  expect(await warm()).toBe(false);
  await until("its check has failed", () => bed.slot("api-2/a").check.count > 0);
  await until("the other is in", () => bed.slot("api-1/a").in);
  expect(await warm()).toBe(true);
  silent.closeAllConnections();
  silent.close();
});

test("its settings are those of the table that it was told", async () => {
  await using bed = await emptyBed();
  await expect(bed.client.settings(signal)).rejects.toMatchObject({ code: "HOST_UNREACHABLE" });
  await bed.client.declare({ health: quick, slots: [] }, signal);
  expect(await bed.client.settings(signal)).toEqual(quick);
});

test("admitting a slot that does not pass is refused with the reason", async () => {
  await using one = await service();
  one.healthy = false;
  await using bed = await emptyBed();
  await bed.client.declare({ health: quick, slots: [at("api-1/a", one)] }, signal);
  await expect(bed.client.admit("api-1/a", signal)).rejects.toMatchObject({
    code: "ORDER_REFUSED",
    message: expect.stringContaining("status 503"),
  });
  one.healthy = true;
  await bed.client.admit("api-1/a", signal);
  expect(bed.slot("api-1/a").in).toBe(true);
});

test("a balancer that is not there, one that never answers, and an abort end the wait", async () => {
  await using bed = await emptyBed();
  const absent = embeddedLoadBalancer(balancerId("embedded"), join(bed.directory, "absent.sock"));
  await expect(absent.observe(signal)).rejects.toMatchObject({
    code: "HOST_UNREACHABLE",
    message: expect.stringContaining("ENOENT"),
  });

  const path = join(bed.directory, "silent.sock");
  const silent = createServer(() => {}).listen(path);
  await once(silent, "listening");
  const unheard = embeddedLoadBalancer(balancerId("embedded"), path);
  await expect(unheard.observe(signal)).rejects.toMatchObject({ code: "HOST_UNREACHABLE" });
  await expect(unheard.observe(AbortSignal.timeout(20))).rejects.toMatchObject({ name: "TimeoutError" });
  silent.closeAllConnections();
  silent.close();
});
