import { Agent } from "node:http";
import { expect, test } from "vitest";
import { ask, balancing, service, until } from "./loopback.ts";

/** Closes each connection instead of answering the second request on it, as a server whose idle time-out just ended. */
async function closingWhenAsked() {
  const used = new WeakSet<object>();
  return service((request, response) => {
    if (used.has(request.socket)) return void request.socket.resetAndDestroy();
    used.add(request.socket);
    response.setHeader("connection", "keep-alive");
    response.end("ok");
  });
}

test("not one of 3,000 GETs is lost to services that close their idle connections in that moment", async () => {
  await using first = await closingWhenAsked();
  await using second = await closingWhenAsked();
  await using bed = await balancing([first, second]);
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const client = async (): Promise<number> => {
    let lost = 0;
    for (let sent = 0; sent < 150; sent += 1) {
      const { status, body } = await ask(bed.port, "/", { agent });
      if (status !== 200 || body !== "ok") lost += 1;
    }
    return lost;
  };
  const lost = await Promise.all(Array.from({ length: 20 }, client));
  agent.destroy();
  expect(lost.reduce((sum, each) => sum + each)).toBe(0);
  const { total, repeated, failed } = bed.balancer.state().requests;
  expect({ total, failed }).toEqual({ total: 3_000, failed: 0 });
  expect(repeated).toBeGreaterThan(500);
});

test("a request is repeated once, and not a second time", async () => {
  let received = 0;
  await using broken = await service((request, response) => {
    received += 1;
    if (received === 1) return void response.end("ok");
    request.socket.resetAndDestroy();
  });
  await using bed = await balancing([broken]);
  expect((await ask(bed.port)).status).toBe(200);
  expect((await ask(bed.port)).status).toBe(502);
  expect(received).toBe(3);
  expect(bed.balancer.state().requests).toMatchObject({ repeated: 1, failed: 1 });
});

test("a request whose answer had begun is not repeated", async () => {
  let received = 0;
  await using broken = await service((request, response) => {
    received += 1;
    if (received === 1) return void response.end("ok");
    request.socket.write("HTTP/1.1 20");
    request.socket.destroySoon();
  });
  await using bed = await balancing([broken]);
  await ask(bed.port);
  expect((await ask(bed.port)).status).toBe(502);
  expect(received).toBe(2);
});

for (const [method, body] of [
  ["POST", "pay"],
  ["POST", ""],
  ["PATCH", "pay"],
  ["PUT", "pay"],
  ["GET", "a GET with a body"],
] as const) {
  test(`${method} ${body === "" ? "without" : "with"} a body never meets a stale connection, so it arrives exactly once`, async () => {
    await using closing = await closingWhenAsked();
    await using bed = await balancing([closing]);
    for (let sent = 0; sent < 50; sent += 1) {
      // Leaves a kept-alive connection that will be closed by its next request.
      expect((await ask(bed.port, "/warm")).status).toBe(200);
      const headers = { "content-length": body.length };
      expect((await ask(bed.port, `/${sent}`, { method, headers }, body)).status).toBe(200);
    }
    const arrived = closing.seen.filter((each) => !each.endsWith("/warm"));
    expect(arrived).toEqual(Array.from({ length: 50 }, (_, index) => `${method} /${index}`));
  });
}

test("the repeat goes over a fresh connection, not over another that may be as stale", async () => {
  const { promise: together, resolve: release } = Promise.withResolvers<void>();
  const used = new WeakSet<object>();
  await using closing = await service((request, response) => {
    if (used.has(request.socket)) return void request.socket.resetAndDestroy();
    used.add(request.socket);
    void together.then(() => response.end("ok"));
  });
  await using bed = await balancing([closing]);
  const warmUp = Array.from({ length: 5 }, () => ask(bed.port));
  await until("five connections are in use", () => closing.seen.length === 5);
  release();
  await Promise.all(warmUp);
  expect((await ask(bed.port)).status).toBe(200);
  expect(bed.balancer.state().requests.repeated).toBe(1);
});

test("the service's connections are kept for the next request, and closed as soon as it is out of rotation", async () => {
  await using kept = await service();
  kept.server.keepAliveTimeout = 60_000;
  await using bed = await balancing([kept], { intervalMs: 200 });
  for (let sent = 0; sent < 10; sent += 1) await ask(bed.port);
  await until("only the kept one is open", () => kept.sockets.size === 1);
  const [socket] = kept.sockets;
  expect(socket?.destroyed).toBe(false);

  kept.healthy = false;
  await until("it is out", () => !bed.slot("api-1/a").in);
  await until("the kept one is closed", () => socket?.destroyed === true);
});

test("a connection is not kept past the time that the service gives it", async () => {
  // Of each hint the agent leaves one second as a margin: one second is no time at all, two are one.
  await using hinting = await service((request, response) => {
    response.writeHead(200, {
      connection: "keep-alive",
      "keep-alive": `timeout=${request.url === "/two" ? 2 : 1}`,
    });
    response.end(String(request.socket.remotePort));
  });
  hinting.server.keepAliveTimeout = 60_000;
  await using bed = await balancing([hinting], { intervalMs: 60_000, healthyThreshold: 1 });
  const ports = new Set<string>();
  for (let sent = 0; sent < 5; sent += 1) ports.add((await ask(bed.port)).body);
  expect(ports.size).toBe(5);
  const first = await ask(bed.port, "/two");
  expect((await ask(bed.port, "/two")).body).toBe(first.body);
  await until("none is left", () => hinting.sockets.size === 0);
});
