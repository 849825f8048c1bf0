import { once } from "node:events";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, expect, test } from "vitest";
import { ask, controlOf, controlled, rawConnection, when } from "../test/served.ts";
import { type Started, start } from "../test/started.ts";
import { handoverPlugin, lifecycleOf } from "./fastify.ts";

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).toReversed()) await undo();
});

async function app(options: Parameters<typeof handoverPlugin>[1] = {}): Promise<FastifyInstance> {
  const fastify = Fastify({ forceCloseConnections: true });
  after.push(() => fastify.close());
  await fastify.register(handoverPlugin, { environment: controlled, ...options });
  return fastify;
}

async function portOf(fastify: FastifyInstance): Promise<number> {
  return Number(new URL(await fastify.listen({ port: 0, host: "127.0.0.1" })).port);
}

async function started(): Promise<Started> {
  const service = await start("fastify.ts", controlled);
  after.push(() => service.child.kill("SIGKILL"));
  return service;
}

test("a registered app answers the health path, over the network and injected", async () => {
  const fastify = await app();
  expect(await fastify.inject("/health")).toMatchObject({ statusCode: 200, body: '{"status":"healthy"}\n' });
  expect((await ask(await portOf(fastify), "/health")).status).toBe(200);
});

test("hooks that come later, such as a login, do not stand before the health path", async () => {
  const fastify = await app();
  fastify.addHook("onRequest", async (_request, reply) => reply.code(401).send("who are you"));
  fastify.get("/", () => "hello");
  const port = await portOf(fastify);
  expect((await ask(port, "/")).status).toBe(401);
  expect((await ask(port, "/health")).status).toBe(200);
});

test("routes of plugins that are registered later are counted too", async () => {
  const fastify = await app();
  let answer: () => void = () => undefined;
  await fastify.register(async (child) => {
    child.get("/slow", () => new Promise((resolve) => (answer = () => resolve("slow"))));
  });
  const port = await portOf(fastify);
  const slow = ask(port, "/slow");
  await when(() => lifecycleOf(fastify).inFlight === 1);
  answer();
  expect((await slow).text).toBe("slow");
  await when(() => lifecycleOf(fastify).inFlight === 0);
});

test("an injected request is no longer in flight when it has its answer", async () => {
  const fastify = await app();
  fastify.get("/", () => "hello");
  await fastify.inject("/");
  expect(lifecycleOf(fastify).inFlight).toBe(0);
});

test("while it drains the app refuses health checks, serves on, and moves connections away", async () => {
  const fastify = await app();
  fastify.get("/", () => "hello");
  const port = await portOf(fastify);
  const control = await controlOf(lifecycleOf(fastify));
  await control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 });
  expect((await ask(port, "/health")).status).toBe(503);
  expect(await ask(port, "/")).toMatchObject({
    status: 200,
    text: "hello",
    headers: { connection: "close" },
  });
});

test("a WebSocket of an app counts until it is closed", async () => {
  const fastify = await app();
  fastify.server.on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    socket.resume().on("end", () => socket.end());
  });
  const client = await rawConnection(
    await portOf(fastify),
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n",
  );
  await client.until(/101/);
  expect(lifecycleOf(fastify).inFlight).toBe(1);
  client.socket.end();
  await once(client.socket, "close");
  await when(() => lifecycleOf(fastify).inFlight === 0);
});

test("an app whose own check says no is unhealthy, at the path it chose", async () => {
  const fastify = await app({ health: { path: "/up", check: () => false } });
  expect((await fastify.inject("/up")).statusCode).toBe(503);
  expect((await fastify.inject("/health")).statusCode).toBe(404);
});

test("closing the app, as its tests do, leaves nothing behind", async () => {
  const fastify = await app();
  await fastify.ready();
  const { ready, closing } = lifecycleOf(fastify);
  const control = await ready;
  expect(process.listenerCount("SIGTERM")).toBe(1);
  await fastify.close();
  expect(closing.aborted).toBe(true);
  expect(process.listenerCount("SIGTERM")).toBe(0);
  await expect(ask(control?.port ?? 0, "/state")).rejects.toThrow(/ECONNREFUSED/);
});

test("closing an app ends the event streams that listen for it, instead of waiting for them", async () => {
  const fastify = Fastify();
  await fastify.register(handoverPlugin, { environment: {} });
  const { closing } = lifecycleOf(fastify);
  fastify.get("/events", (_request, reply) => {
    reply.hijack();
    reply.raw.write("data: 1\n\n");
    closing.addEventListener("abort", () => reply.raw.end());
  });
  const client = await rawConnection(await portOf(fastify), "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.until(/data: 1/);
  const ended = once(client.socket, "close");
  await Promise.all([fastify.close(), ended]);
  expect(closing.aborted).toBe(true);
});

test("the health path is one of the app's routes, and its checks do not fill the log", async () => {
  const lines: string[] = [];
  const fastify = Fastify({ logger: { stream: { write: (line) => lines.push(line) } } });
  after.push(() => fastify.close());
  await fastify.register(handoverPlugin, { environment: {} });
  fastify.get("/", () => "hello");
  expect(fastify.hasRoute({ method: "GET", url: "/health" })).toBe(true);
  await fastify.inject("/health");
  expect(lines).toEqual([]);
  await fastify.inject("/");
  expect(lines).not.toEqual([]);
});

test("an app that did not register the plugin is told so", () => {
  expect(() => lifecycleOf(Fastify())).toThrow(/await app\.register\(handoverPlugin\)/);
});

test("on SIGTERM an app answers what is in flight, ends its streams, runs its onClose hooks, and exits 0", async () => {
  const { child, port, said, exited, output } = await started();
  const events = await rawConnection(port, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  await events.until(/data: 1/);
  const slow = ask(port, "/slow");
  await said(/began \/slow/);
  child.kill("SIGTERM");
  child.kill("SIGTERM");
  expect(await slow).toMatchObject({
    status: 200,
    text: "answered /slow",
    headers: { connection: "close" },
  });
  await events.until(/data: the end/);
  await said(/closing the queue/);
  child.kill("SIGTERM");
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(output()).toMatch(/closed the database\nclosing the queue\nclosed the queue\n$/);
});

test("a control address that is taken stops the app at its start", async () => {
  const first = lifecycleOf(await app());
  const control = await first.ready;
  const environment = { ...controlled, HANDOVER_CONTROL: `127.0.0.1:${control?.port}` };
  await expect(app({ environment })).rejects.toThrow(/EADDRINUSE/);
});
