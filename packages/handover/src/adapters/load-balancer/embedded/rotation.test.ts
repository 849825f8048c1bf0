import { Agent } from "node:http";
import { expect, test } from "vitest";
import { ask, at, balancing, emptyBed, quick, service, until } from "./loopback.ts";

const named = (name: string) => service((_request, response) => response.end(name));

test("requests go to the slots in rotation in turn", async () => {
  await using one = await named("one");
  await using two = await named("two");
  await using three = await named("three");
  await using bed = await balancing([one, two, three]);
  const answers: string[] = [];
  for (let sent = 0; sent < 9; sent += 1) answers.push((await ask(bed.port)).body);
  const [a, b, c] = answers;
  expect(new Set([a, b, c])).toEqual(new Set(["one", "two", "three"]));
  expect(answers).toEqual([a, b, c, a, b, c, a, b, c]);
});

test("without a slot in rotation the answer is 503, in the words that operators know", async () => {
  await using bed = await emptyBed();
  const answer = await ask(bed.port);
  expect(answer.status).toBe(503);
  expect(answer.body).toBe("No server is available to handle this request.");
  expect(bed.balancer.state().requests).toEqual({ total: 1, repeated: 0, noServer: 1, failed: 0 });
});

test("a connection stays open after a 503, also when the request had a body", async () => {
  await using bed = await emptyBed();
  using agent = disposable(new Agent({ keepAlive: true, maxSockets: 1 }));
  const first = await ask(bed.port, "/", { method: "POST", agent: agent.it }, "x".repeat(500_000));
  const second = await ask(bed.port, "/", { agent: agent.it });
  expect([first.status, second.status]).toEqual([503, 503]);
});

test("a fresh slot is out until as many of its own checks have passed as the threshold says", async () => {
  await using fresh = await named("fresh");
  fresh.healthy = false;
  await using bed = await emptyBed();
  const health = { ...quick, healthyThreshold: 3 };
  await bed.client.declare({ health, slots: [at("api-1/a", fresh)] }, bed.signal);
  expect(bed.slot("api-1/a")).toMatchObject({
    in: false,
    check: { count: 0, lastAgoMs: null, lastWhy: null },
  });

  await until("two checks failed", () => bed.slot("api-1/a").check.count >= 2);
  expect(bed.slot("api-1/a")).toMatchObject({ in: false, check: { passing: false, lastWhy: "status 503" } });

  fresh.healthy = true;
  let passedWhileOut = 0;
  await until("it is in", () => {
    const { in: isIn, check } = bed.slot("api-1/a");
    if (!isIn && check.passing) passedWhileOut = Math.max(passedWhileOut, check.count);
    return isIn;
  });
  expect(passedWhileOut).toBe(2);
});

test("a slot leaves rotation after as many failed checks in a row as the threshold says", async () => {
  await using failing = await named("failing");
  await using bed = await balancing([failing], { unhealthyThreshold: 3 });
  failing.healthy = false;
  let failedWhileIn = 0;
  await until("it is out", () => {
    const { in: isIn, check } = bed.slot("api-1/a");
    if (isIn && !check.passing) failedWhileIn = Math.max(failedWhileIn, check.count);
    return !isIn;
  });
  expect(failedWhileIn).toBe(2);
  failing.healthy = true;
  await until("it is in again", () => bed.slot("api-1/a").in);
});

test("a check without an answer in time has failed, and says so", async () => {
  await using silent = await named("silent");
  await using bed = await balancing([silent], { timeoutMs: 60 });
  silent.server.removeAllListeners("request");
  await until("it is out", () => !bed.slot("api-1/a").in);
  expect(bed.slot("api-1/a").check.lastWhy).toBe("no answer in 60 ms");
});

test("a check that finds nobody listening takes a slot out at once, whatever the threshold", async () => {
  await using killed = await named("killed");
  await using bed = await balancing([killed], { unhealthyThreshold: 1_000 });
  await killed.die();
  await until("it is out", () => !bed.slot("api-1/a").in);
  expect(bed.slot("api-1/a").check).toMatchObject({ healthy: false, lastWhy: "refused" });
});

test("the checks of several slots are spread over the interval", async () => {
  await using one = await named("one");
  await using two = await named("two");
  const startedAt: number[] = [];
  for (const each of [one, two]) each.server.once("request", () => startedAt.push(performance.now()));
  await using bed = await emptyBed();
  const slots = [at("api-1/a", one), at("api-2/a", two)];
  await bed.client.declare({ health: { ...quick, intervalMs: 400 }, slots }, bed.signal);
  await until("both were checked", () => startedAt.length === 2);
  const [first = 0, second = 0] = startedAt;
  expect(second - first).toBeGreaterThan(150);
});

test("a request that finds nobody listening goes to another slot, whatever its method, and that slot is out at once", async () => {
  await using dead = await named("dead");
  const bodies: string[] = [];
  await using alive = await service((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      bodies.push(body);
      response.end("alive");
    });
  });
  // The next check is far away: only the request itself can find out.
  await using bed = await balancing([dead, alive], { healthyThreshold: 1, intervalMs: 1_000 });
  await dead.die();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ask(bed.port, "/", { method: "POST" }, `body ${index}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(bodies.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `body ${index}`).toSorted());
  expect(bed.slot("api-1/a")).toMatchObject({ in: false, inFlight: 0 });
  expect(bed.balancer.state().requests.failed).toBe(0);
});

test("declaring a new table keeps an unchanged slot as it is, and takes a missing one out without cutting its requests", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await using leaving = await service(
    (_request, response) => void released.then(() => response.end("finished")),
  );
  await using staying = await named("staying");
  await using coming = await named("coming");
  await using bed = await balancing([leaving, staying]);
  const before = bed.slot("api-2/a");
  const held = [ask(bed.port), ask(bed.port)];
  await until("one request is in flight", () => bed.slot("api-1/a").inFlight === 1);

  await bed.client.declare(
    { health: quick, slots: [at("api-2/a", staying), at("api-3/a", coming)] },
    bed.signal,
  );
  expect(bed.slot("api-1/a")).toMatchObject({ in: false, inFlight: 1 });
  expect(bed.slot("api-2/a").in).toBe(true);
  expect(bed.slot("api-2/a").forMs).toBeGreaterThanOrEqual(before.forMs);
  expect(bed.slot("api-3/a").in).toBe(false);

  release();
  expect((await Promise.all(held)).map(({ body }) => body).toSorted()).toEqual(["finished", "staying"]);
  await until("it has left", () => bed.balancer.state().slots.every(({ slot }) => slot !== "api-1/a"));
});

test("a slot that is declared again while its last requests are in flight goes on counting them, and must pass its checks", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await using slow = await service(
    (_request, response) => void released.then(() => response.end("finished")),
  );
  await using bed = await balancing([slow]);
  const held = ask(bed.port);
  await until("one request is in flight", () => bed.slot("api-1/a").inFlight === 1);
  await bed.client.declare({ health: quick, slots: [] }, bed.signal);
  slow.healthy = false;
  await bed.client.declare({ health: quick, slots: [at("api-1/a", slow)] }, bed.signal);
  expect(bed.slot("api-1/a")).toMatchObject({ in: false, inFlight: 1 });
  slow.healthy = true;
  await until("it is in again", () => bed.slot("api-1/a").in);
  expect(bed.slot("api-1/a").inFlight).toBe(1);
  release();
  expect((await held).body).toBe("finished");
  await until("it is idle", () => bed.slot("api-1/a").inFlight === 0);
  expect(bed.balancer.state().slots).toHaveLength(1);
});

function disposable<T extends { destroy(): void }>(it: T): Disposable & { readonly it: T } {
  return { it, [Symbol.dispose]: () => it.destroy() };
}
