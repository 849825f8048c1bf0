import { once } from "node:events";
import { Agent, type Server, ServerResponse, createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import {
  type Control,
  type RawConnection,
  ask,
  controlOf,
  controlled,
  listen,
  rawConnection,
  when,
} from "../test/served.ts";
import { InFlight } from "./in-flight.ts";
import { type Lifecycle, handover } from "./index.ts";

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).toReversed()) await undo();
});

/** A service whose requests wait in `held` until the test answers them. */
interface Held {
  readonly port: number;
  readonly server: Server;
  readonly lifecycle: Lifecycle;
  readonly control: Control;
  readonly held: ServerResponse[];
}

async function service(): Promise<Held> {
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/now") response.end("now");
    else held.push(response);
  });
  const lifecycle = handover({ server, environment: controlled });
  const port = await listen(server);
  after.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => lifecycle[Symbol.asyncDispose](),
  );
  return { port, server, lifecycle, control: await controlOf(lifecycle), held };
}

async function opened(port: number, path: string, headers = ""): Promise<RawConnection> {
  const connection = await rawConnection(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  after.push(() => connection.socket.destroy());
  return connection;
}

test("a request is in flight from its beginning to the end of its response", async () => {
  const { port, lifecycle, control, held } = await service();
  const client = await opened(port, "/slow");
  await when(() => held.length === 1);
  expect(lifecycle.inFlight).toBe(1);
  held[0]?.write("half");
  await client.until(/half/);
  expect((await control("GET", "/state")).body).toMatchObject({ inFlight: 1 });
  held[0]?.end();
  await when(() => lifecycle.inFlight === 0);
});

test("a request whose client has gone is no longer in flight", async () => {
  const { port, lifecycle, held } = await service();
  const client = await opened(port, "/slow");
  await when(() => held.length === 1);
  expect(lifecycle.inFlight).toBe(1);
  client.socket.destroy();
  await when(() => lifecycle.inFlight === 0);
});

test("health checks are not in flight, however long the service thinks about them", async () => {
  const server = createServer();
  let asked = false;
  const check = (): Promise<boolean> => {
    asked = true;
    return new Promise<boolean>(() => undefined);
  };
  const lifecycle = handover({ server, environment: {}, health: { check, timeoutMs: 200 } });
  const port = await listen(server);
  after.push(
    () => server.close(),
    () => lifecycle[Symbol.asyncDispose](),
  );
  const answer = ask(port, "/health");
  await when(() => asked);
  expect(lifecycle.inFlight).toBe(0);
  expect((await answer).status).toBe(503);
});

test("an upgraded socket is in flight until it is closed, also when the upgrade is added later", async () => {
  const { port, server, lifecycle } = await service();
  server.on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    socket.resume().on("end", () => socket.end());
  });
  const client = await opened(port, "/", "Connection: Upgrade\r\nUpgrade: test\r\n");
  await client.until(/101 Switching/);
  expect(lifecycle.inFlight).toBe(1);
  client.socket.end();
  await when(() => lifecycle.inFlight === 0);
});

test("a WebSocket that is routed as a request, as @fastify/websocket does, is in flight once", async () => {
  const { port, server, lifecycle, held } = await service();
  server.on("upgrade", (request, socket) => {
    socket.resume().on("end", () => socket.end());
    server.emit("request", request, new ServerResponse(request));
  });
  await opened(port, "/", "Connection: Upgrade\r\nUpgrade: test\r\n");
  await when(() => held.length === 1);
  expect(lifecycle.inFlight).toBe(1);
});

test("cutting ends responses on connections of every server, not only of the one that is known", async () => {
  const inFlight = new InFlight(() => 0);
  const server = createServer((_request, response) => {
    inFlight.request(response);
    response.write("half");
  });
  const client = await opened(await listen(server), "/");
  after.push(() => server.close());
  await client.until(/half/);
  const closed = once(client.socket, "close");
  expect(inFlight.count).toBe(1);
  inFlight.cut();
  await closed;
  await when(() => inFlight.count === 0);
});

test("a service that upgrades nothing goes on answering requests that offer it", async () => {
  const { port } = await service();
  const client = await opened(port, "/now", "Connection: Upgrade\r\nUpgrade: h2c\r\n");
  expect(await client.until(/now/)).toMatch(/^HTTP\/1\.1 200/);
});

test("a request that expects 100 Continue is in flight like any other", async () => {
  const { port, server, lifecycle, held } = await service();
  server.on("checkContinue", (_request, response) => held.push(response));
  await opened(port, "/slow", "Expect: 100-continue\r\n");
  await when(() => held.length === 1);
  expect(lifecycle.inFlight).toBe(1);
});

test("while it drains, kept-alive connections are told to go elsewhere, and not before", async () => {
  const { port, control } = await service();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  after.push(() => agent.destroy());
  expect((await ask(port, "/now", { agent })).headers.connection).toBe("keep-alive");
  await control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 });
  expect((await ask(port, "/now", { agent })).headers.connection).toBe("close");
  expect((await ask(port, "/health", { agent })).headers.connection).toBe("close");
});

test("a response that begins after the drain did is the last on its connection, though its request came before", async () => {
  const { port, control, held } = await service();
  const client = await opened(port, "/slow");
  const closed = once(client.socket, "close");
  await when(() => held.length === 1);
  await control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 });
  held[0]?.end("late");
  await closed;
  const answer = await client.until(/late/);
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
  expect(answer).toMatch(/^connection: close\r$/im);
});

test("a response that is already under way when the drain begins goes on unharmed", async () => {
  const { port, control, held } = await service();
  const client = await opened(port, "/slow");
  await when(() => held.length === 1);
  held[0]?.write("half");
  await client.until(/half/);
  await control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 });
  held[0]?.end("whole");
  expect(await client.until(/whole/)).toMatch(/^HTTP\/1\.1 200/);
});

test("after the drain was undone connections are kept alive again", async () => {
  const { port, control } = await service();
  const { body } = await control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 });
  await control("DELETE", `/drain/${(body as { readonly drain: string }).drain}`);
  const agent = new Agent({ keepAlive: true });
  after.push(() => agent.destroy());
  expect((await ask(port, "/now", { agent })).headers.connection).toBe("keep-alive");
});

test("disposing takes back what was done to the server", async () => {
  const server = createServer();
  const emit = (): unknown => Reflect.get(server, "emit");
  const before = emit();
  const lifecycle = handover({ server, environment: {} });
  expect(emit()).not.toBe(before);
  await lifecycle[Symbol.asyncDispose]();
  expect(emit()).toBe(before);
});

test("a lifecycle that was disposed leaves the server as it was", async () => {
  const { port, lifecycle, control, held } = await service();
  await control("POST", "/drain", { by: "deploy-1", leaseMs: null });
  await lifecycle[Symbol.asyncDispose]();
  await opened(port, "/health");
  await when(() => held.length === 1);
  expect(lifecycle.inFlight).toBe(0);
  await expect(control("GET", "/state")).rejects.toThrow(/ECONNREFUSED/);
  expect(process.listenerCount("SIGTERM")).toBe(0);
});
