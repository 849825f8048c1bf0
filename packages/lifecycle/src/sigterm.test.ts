import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { ask, controlled, rawConnection, token } from "../test/served.ts";
import { type Started, start } from "../test/started.ts";

const started: Started[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill("SIGKILL");
});

async function service(environment: Readonly<Record<string, string>> = {}): Promise<Started> {
  const one = await start("plain.ts", { QUIET_MS: "200", ...environment });
  started.push(one);
  return one;
}

const well = { code: 0, signal: null };

test("on SIGTERM the service finishes what is in flight, closes what it holds, and exits 0", async () => {
  const { child, port, said, exited, output } = await service();
  const slow = ask(port, "/slow?ms=1000");
  await said(/began \/slow/);
  child.kill("SIGTERM");
  expect(await slow).toMatchObject({
    status: 200,
    text: "answered /slow",
    headers: { connection: "close" },
  });
  expect(await exited).toEqual(well);
  expect(output()).toMatch(/closing\nclosing the database\nclosed the database\n$/);
});

test("a load balancer that has not noticed yet is served on, refused its health check, and moved away", async () => {
  const { child, port, said, exited } = await service({ QUIET_MS: "600" });
  const slow = ask(port, "/slow?ms=10");
  await said(/began \/slow/);
  child.kill("SIGTERM");
  await slow;
  const health = async (): Promise<number> => (await ask(port, "/health")).status;
  while ((await health()) !== 503) expect(child.exitCode).toBeNull();
  expect(await ask(port, "/new")).toMatchObject({ status: 200, headers: { connection: "close" } });
  expect(await exited).toEqual(well);
});

test("requests that still come put the end off, health checks do not", async () => {
  const { child, port, said, exited, output } = await service({ QUIET_MS: "400" });
  child.kill("SIGTERM");
  const statuses: number[] = [];
  const until = performance.now() + 1_000;
  while (performance.now() < until) statuses.push((await ask(port, "/more?ms=20")).status);
  expect(output()).not.toMatch(/closing/);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const checks = (async () => {
    for (;;) await ask(port, "/health");
  })();
  await expect(checks).rejects.toThrow(/ECONN|hang up/);
  await said(/closed the database/);
  expect(await exited).toEqual(well);
});

test("a service that was drained and is quiet does not wait again", async () => {
  const { child, controlPort, exited } = await service({ ...controlled, QUIET_MS: "60000" });
  const answer = await ask(controlPort, "/drain", {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ by: "deploy-1", leaseMs: 60_000 }),
  });
  expect(answer.status).toBe(202);
  child.kill("SIGTERM");
  expect(await exited).toEqual(well);
});

test("idle kept-alive connections are closed, and do not hold the service up", async () => {
  const { child, port, exited } = await service();
  const idle = await rawConnection(port, "GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  await idle.until(/answered \/one/);
  const closed = once(idle.socket, "close");
  child.kill("SIGTERM");
  await closed;
  expect(await exited).toEqual(well);
});

test("a connection on which no request came, or half of one, does not hold the service up", async () => {
  const { child, port, exited } = await service();
  const half = await rawConnection(port, "GET /half HT");
  const none = await rawConnection(port, "");
  await ask(port, "/after");
  const closed = Promise.all([once(half.socket, "close"), once(none.socket, "close")]);
  child.kill("SIGTERM");
  await closed;
  expect(await exited).toEqual(well);
});

test("a WebSocket may end by itself within the grace, and then the service exits", async () => {
  const { child, port, said, exited } = await service();
  const socket = await rawConnection(
    port,
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n",
  );
  await socket.until(/101/);
  child.kill("SIGTERM");
  await said(/closing/);
  expect(socket.socket.closed).toBe(false);
  socket.socket.destroy();
  expect(await exited).toEqual(well);
});

test("what lasts longer than the grace is cut, and the service exits 0", async () => {
  const { child, port, said, exited } = await service({ GRACE_MS: "500", QUIET_MS: "100" });
  const socket = await rawConnection(
    port,
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n",
  );
  await socket.until(/101/);
  const slow = ask(port, "/endless?ms=60000");
  slow.catch(() => undefined);
  await said(/began \/endless/);
  const closed = once(socket.socket, "close");
  child.kill("SIGTERM");
  await expect(slow).rejects.toThrow(/hang up|ECONNRESET/);
  await closed;
  expect(await exited).toEqual(well);
});

test("a second SIGTERM cuts nothing short", async () => {
  const { child, port, said, exited, output } = await service({ DATABASE_MS: "300" });
  const slow = ask(port, "/slow?ms=600");
  await said(/began \/slow/);
  child.kill("SIGTERM");
  child.kill("SIGTERM");
  expect((await slow).status).toBe(200);
  await said(/closing the database/);
  child.kill("SIGTERM");
  expect(await exited).toEqual(well);
  expect(output()).toMatch(/closed the database/);
});

test("closing that takes too long is given up, said, and no clean exit", async () => {
  const { child, exited, output } = await service({ DATABASE_MS: "60000", CLOSE_MS: "200" });
  child.kill("SIGTERM");
  expect(await exited).toEqual({ code: 1, signal: null });
  expect(output()).toMatch(/had 200 ms to close what it holds/);
});

test("closing that fails is said, and no clean exit", async () => {
  const { child, said, exited, output } = await service({ DATABASE_FAILS: "1", DATABASE_MS: "300" });
  child.kill("SIGTERM");
  await said(/closing the database/);
  child.kill("SIGTERM");
  expect(await exited).toEqual({ code: 1, signal: null });
  expect(output().match(/Error: the database does not let go/g)).toHaveLength(1);
});

test("a service that ends by itself is not kept alive by the control listener", async () => {
  const one = await start("one-answer.ts", controlled);
  started.push(one);
  expect((await ask(one.port, "/")).text).toBe("the only one");
  expect(await one.exited).toEqual(well);
});
