import { once } from "node:events";
import { chmod, stat, writeFile } from "node:fs/promises";
import { Agent, createServer } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, at, balancing, emptyBed, quick, service, until, type Bed, type Reply } from "./loopback.ts";
import { listenForOwner } from "./owner-socket.ts";

async function order(bed: Bed, method: string, path: string, body?: unknown): Promise<Reply> {
  const text = body === undefined ? "" : JSON.stringify(body);
  return ask(0, path, { socketPath: bed.socketPath, method }, text);
}

async function drain(bed: Bed, by: string, leaseMs: number | null): Promise<string> {
  const answer = await order(bed, "POST", "/drain", { slot: "api-1/a", by, leaseMs });
  expect(answer.status).toBe(202);
  return JSON.parse(answer.body).drain;
}

test("a drain in mid-traffic: not one new request goes to the slot, those in flight finish, and none fails", async () => {
  const slow: Parameters<typeof service>[0] = (request, response) => {
    setTimeout(() => response.end("ok"), request.url === "/slow" ? 300 : 1);
  };
  await using drained = await service(slow);
  await using other = await service(slow);
  await using bed = await balancing([drained, other]);
  const agent = new Agent({ keepAlive: true });
  const stop = new AbortController();
  const statuses: number[] = [];
  const client = async (_: unknown, index: number): Promise<void> => {
    while (!stop.signal.aborted)
      statuses.push((await ask(bed.port, index === 0 ? "/slow" : "/", { agent })).status);
  };
  const clients = Array.from({ length: 10 }, client);
  await until(
    "both serve, one of them a slow request",
    () => drained.seen.includes("GET /slow") && other.seen.length > 50,
  );
  const inFlight = ask(bed.port, "/slow", { agent });
  const alsoInFlight = ask(bed.port, "/slow", { agent });
  await until("the slot has requests in flight", () => bed.slot("api-1/a").inFlight > 0);

  await drain(bed, "deploy-1", 60_000);
  expect(bed.slot("api-1/a").in).toBe(false);
  await until("it is idle", () => bed.slot("api-1/a").inFlight === 0);
  const seenWhenIdle = drained.seen.length;
  const before = other.seen.length;
  await until("the other took 200 more", () => other.seen.length > before + 200);
  expect(drained.seen).toHaveLength(seenWhenIdle);

  stop.abort();
  await Promise.all(clients);
  statuses.push((await inFlight).status, (await alsoInFlight).status);
  agent.destroy();
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test("the drained slot is told with its drain, and how long it has been out", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  const id = await drain(bed, "deploy-1", 60_000);
  const state = JSON.parse((await order(bed, "GET", "/state")).body);
  expect(state).toMatchObject({
    pid: process.pid,
    generation: "1:1",
    listen: bed.balancer.listen,
    health: quick,
  });
  expect(state.slots[0]).toMatchObject({
    slot: "api-1/a",
    address: `127.0.0.1:${one.port}`,
    in: false,
    inFlight: 0,
  });
  expect(state.slots[0].drain).toMatchObject({ id, by: "deploy-1" });
  expect(state.slots[0].drain.leaseMs).toBeGreaterThan(50_000);
  expect(state.slots[0].forMs).toBeLessThan(5_000);
});

test("the same deploy gets the same drain again, renewed; another is refused and told whose it is", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  const id = await drain(bed, "deploy-1", 1_000);
  expect(await drain(bed, "deploy-1", 60_000)).toBe(id);
  expect(bed.slot("api-1/a").drain?.leaseMs).toBeGreaterThan(50_000);

  const refused = await order(bed, "POST", "/drain", { slot: "api-1/a", by: "deploy-2", leaseMs: 60_000 });
  expect(refused.status).toBe(409);
  expect(JSON.parse(refused.body)).toMatchObject({
    drain: id,
    by: "deploy-1",
    error: { code: "drain-held" },
  });

  expect((await order(bed, "PUT", `/drain/${id}`, { leaseMs: 90_000 })).status).toBe(204);
  expect(bed.slot("api-1/a").drain?.leaseMs).toBeGreaterThan(80_000);
});

test("a drain that is not renewed ends by itself, and the slot is in again by the checks that went on meanwhile", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  const id = await drain(bed, "deploy-1", 300);
  const checksBefore = one.checks;
  expect((await order(bed, "PUT", `/drain/${id}`, { leaseMs: 2_000 })).status).toBe(204);
  await until("the first lease is past", () => (bed.slot("api-1/a").drain?.forMs ?? 0) > 400);
  expect(bed.slot("api-1/a").in).toBe(false);
  expect(one.checks).toBeGreaterThan(checksBefore);
  await until("the lease has ended", () => bed.slot("api-1/a").drain === null);
  expect(bed.slot("api-1/a").in).toBe(true);
  expect((await order(bed, "PUT", `/drain/${id}`, { leaseMs: 300 })).status).toBe(404);
});

test("a slot whose checks failed during the drain comes back only when they have passed", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  const id = await drain(bed, "deploy-1", 60_000);
  one.healthy = false;
  await until("its checks failed", () => !bed.slot("api-1/a").check.healthy);
  expect((await order(bed, "DELETE", `/drain/${id}`)).status).toBe(204);
  expect(bed.slot("api-1/a")).toMatchObject({ drain: null, in: false });
  one.healthy = true;
  await until("it is in", () => bed.slot("api-1/a").in);
  expect((await order(bed, "DELETE", `/drain/${id}`)).status).toBe(204);
});

test("an operator's drain has no lease and stays until it is ended", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  const id = await drain(bed, "operator", null);
  expect(bed.slot("api-1/a").drain).toMatchObject({ id, by: "operator", leaseMs: null });
  expect((await order(bed, "DELETE", `/drain/${id}`)).status).toBe(204);
  expect(bed.slot("api-1/a").in).toBe(true);
});

test("a slot is admitted at once when its health path passes now, and not while it fails or is drained", async () => {
  await using one = await service();
  one.healthy = false;
  await using bed = await emptyBed();
  const health = { ...quick, healthyThreshold: 1_000 };
  await bed.client.declare({ health, slots: [at("api-1/a", one)] }, bed.signal);
  const admit = () => order(bed, "POST", "/admit", { slot: "api-1/a" });
  const failing = await admit();
  expect(failing.status).toBe(409);
  expect(failing.body).toContain("status 503");

  one.healthy = true;
  const id = await drain(bed, "deploy-1", 60_000);
  expect((await admit()).status).toBe(409);
  await order(bed, "DELETE", `/drain/${id}`);
  expect(bed.slot("api-1/a").in).toBe(false);
  expect((await admit()).status).toBe(204);
  expect(bed.slot("api-1/a").in).toBe(true);
  expect((await order(bed, "POST", "/admit", { slot: "api-9/a" })).status).toBe(404);
});

test("an order that is not understood changes nothing and says why", async () => {
  await using one = await service();
  await using bed = await balancing([one]);
  const slot = at("api-1/a", one);
  for (const [method, path, body, status] of [
    ["PUT", "/table", { health: quick, slots: [slot, slot] }, 400],
    ["PUT", "/table", { health: { ...quick, path: "no slash" }, slots: [] }, 400],
    ["PUT", "/table", { health: quick, slots: [{ ...slot, port: 0 }] }, 400],
    ["POST", "/drain", { slot: "api-1/a", by: "deploy-1" }, 400],
    ["POST", "/drain", { slot: "api-9/a", by: "deploy-1", leaseMs: 1 }, 404],
    ["POST", "/drain", "nonsense", 400],
    ["PUT", "/drain/d-none", { leaseMs: 1 }, 404],
    ["GET", "/", undefined, 404],
  ] as const) {
    const answer = await order(bed, method, path, body);
    expect(answer.status, `${method} ${path} ${JSON.stringify(body)}`).toBe(status);
    expect(JSON.parse(answer.body).error.message).toEqual(expect.any(String));
  }
  const notJson = await ask(0, "/table", { socketPath: bed.socketPath, method: "PUT" }, "{");
  expect(notJson.status).toBe(400);
  expect(bed.slot("api-1/a").in).toBe(true);
});

test("only the owner can open the control socket, also where the mask of new files lets everyone in", async () => {
  const mask = process.umask(0);
  try {
    await using bed = await emptyBed();
    await chmod(bed.directory, 0o755);
    expect((await stat(bed.socketPath)).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(mask);
  }
});

test("a socket that a dead process left is replaced; one that somebody answers on, a file and a long path are refused", async () => {
  await using bed = await emptyBed();
  const listen = async (path: string): Promise<void> => {
    const server = createServer();
    await listenForOwner(server, path);
    server.close();
    await once(server, "close");
  };
  await expect(listen(bed.socketPath)).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect((await order(bed, "GET", "/state")).status).toBe(200);

  const file = join(bed.directory, "file");
  await writeFile(file, "precious");
  await expect(listen(file)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(listen(join(bed.directory, "x".repeat(100)))).rejects.toMatchObject({
    code: "SOCKET_PATH_TOO_LONG",
  });
});
