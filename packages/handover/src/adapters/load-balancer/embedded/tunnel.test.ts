import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ask, balancing, service, until } from "./loopback.ts";

async function echoService() {
  const echo = await service();
  const sockets = new WebSocketServer({ server: echo.server, path: "/echo" });
  sockets.on("connection", (socket) =>
    socket.on("message", (message, binary) => socket.send(message, { binary })),
  );
  return echo;
}

test("a WebSocket passes through in both directions, and is in flight until it is closed", async () => {
  await using echo = await echoService();
  await using bed = await balancing([echo]);
  const client = new WebSocket(`ws://127.0.0.1:${bed.port}/echo`);
  await once(client, "open");
  expect(bed.slot("api-1/a").inFlight).toBe(1);
  for (const message of ["hello", "x".repeat(1_000_000)]) {
    client.send(message);
    const [back] = await once(client, "message");
    expect(String(back)).toBe(message);
  }
  expect(bed.slot("api-1/a").inFlight).toBe(1);
  client.close();
  await once(client, "close");
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
  expect(bed.balancer.state().requests).toMatchObject({ total: 1, failed: 0 });
});

test("a WebSocket outlives the drain of its slot, and the next one goes elsewhere", async () => {
  await using first = await echoService();
  await using bed = await balancing([first]);
  const client = new WebSocket(`ws://127.0.0.1:${bed.port}/echo`);
  await once(client, "open");
  const answer = await ask(
    0,
    "/drain",
    { socketPath: bed.socketPath, method: "POST" },
    JSON.stringify({ slot: "api-1/a", by: "deploy-1", leaseMs: 60_000 }),
  );
  expect(answer.status).toBe(202);
  client.send("still here");
  const [back] = await once(client, "message");
  expect(String(back)).toBe("still here");
  expect(bed.slot("api-1/a")).toMatchObject({ in: false, inFlight: 1 });

  const late = new WebSocket(`ws://127.0.0.1:${bed.port}/echo`);
  const [error] = await once(late, "error");
  expect(String(error)).toContain("503");
  client.terminate();
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
});

test("a service that refuses an upgrade is heard, and the connection ends", async () => {
  await using echo = await echoService();
  await using bed = await balancing([echo]);
  const client = new WebSocket(`ws://127.0.0.1:${bed.port}/elsewhere`);
  const [error] = await once(client, "error");
  expect(String(error)).toContain("400");
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
});

test("when the service dies, the WebSocket breaks at once", async () => {
  await using echo = await echoService();
  await using bed = await balancing([echo]);
  const client = new WebSocket(`ws://127.0.0.1:${bed.port}/echo`);
  await once(client, "open");
  const closed = once(client, "close");
  await echo.die();
  const [code] = await closed;
  expect(code).toBe(1006);
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
});

test("when the client vanishes, the service's side is closed too", async () => {
  await using echo = await echoService();
  await using bed = await balancing([echo]);
  const client = new WebSocket(`ws://127.0.0.1:${bed.port}/echo`);
  await once(client, "open");
  const open = echo.sockets.size;
  client.terminate();
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
  await until("the service has one connection less", () => echo.sockets.size < open);
  expect(bed.balancer.state().requests.failed).toBe(0);
});

test("an upgrade that found nobody listening goes to another slot", async () => {
  await using dead = await echoService();
  await using alive = await echoService();
  await using bed = await balancing([dead, alive], { healthyThreshold: 1, intervalMs: 1_000 });
  await dead.die();
  for (let opened = 0; opened < 4; opened += 1) {
    const client = new WebSocket(`ws://127.0.0.1:${bed.port}/echo`);
    await once(client, "open");
    client.terminate();
  }
  expect(bed.slot("api-1/a").in).toBe(false);
});

test("each side of an upgraded connection may end before the other", async () => {
  await using upgrading = await upgradingService((socket) => {
    // Answers only when the client has said all that it has to say.
    let heard = "";
    socket.on("data", (bytes) => (heard += String(bytes)));
    socket.on("end", () => socket.end(`you said ${heard}`));
  });
  await using bed = await balancing([{ port: upgrading.port }]);
  const client = connect({ port: bed.port, host: "127.0.0.1", allowHalfOpen: true });
  client.write(
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1\r\nUpgrade: shout\r\n\r\nfirst words",
  );
  const [head] = await once(client, "data");
  expect(String(head)).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
  expect(String(head)).toMatch(/\r\nConnection: Upgrade\r\nUpgrade: shout\r\n/);
  expect(upgrading.requests[0]?.headers).toMatchObject({
    connection: "Upgrade",
    upgrade: "shout",
    "x-forwarded-for": "127.0.0.1",
  });
  expect(upgrading.requests[0]?.headers).not.toHaveProperty("x-hop");
  client.end(", last words");
  const [answer] = await once(client, "data");
  expect(String(answer)).toBe("you said first words, last words");
  await once(client, "close");
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
});

test("the service may end first, and still hears the rest of what the client says", async () => {
  const { promise: rest, resolve } = Promise.withResolvers<string>();
  await using upgrading = await upgradingService((socket) => {
    socket.end("bye");
    let heard = "";
    socket.on("data", (bytes) => (heard += String(bytes)));
    socket.on("end", () => resolve(heard));
  });
  await using bed = await balancing([{ port: upgrading.port }]);
  const client = connect({ port: bed.port, host: "127.0.0.1", allowHalfOpen: true });
  const ended = once(client, "end");
  client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n");
  client.resume();
  await ended;
  client.end("one thing more");
  expect(await rest).toBe("one thing more");
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
});

test("a request that asks for HTTP/2 over an upgrade is answered as any other, its body included", async () => {
  await using echo = await service((request, response) => request.pipe(response));
  await using bed = await balancing([echo]);
  const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk" };
  const answer = await ask(bed.port, "/", { method: "POST", headers }, "body");
  expect([answer.status, answer.body]).toEqual([200, "body"]);
  const seen = once(echo.server, "request");
  expect((await ask(bed.port, "/", { headers })).status).toBe(200);
  const [request] = await seen;
  expect(request.headers.upgrade).toBeUndefined();
});

interface Upgrading extends AsyncDisposable {
  readonly port: number;
  readonly requests: IncomingMessage[];
}

async function upgradingService(speak: (socket: Duplex) => void): Promise<Upgrading> {
  const requests: IncomingMessage[] = [];
  const server = createServer((_request, response) => response.end());
  const open = new Set<Socket>();
  server.on("connection", (socket) => open.add(socket));
  server.on("upgrade", (request, socket, head) => {
    requests.push(request);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: shout\r\n\r\n");
    speak(socket);
    socket.unshift(head);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port, requests, [Symbol.asyncDispose]: close };
}
