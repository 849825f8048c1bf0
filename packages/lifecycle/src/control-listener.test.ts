import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Control, ask, controlOf, controlled, listen } from "../test/served.ts";
import { handover } from "./index.ts";

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).toReversed()) await undo();
});

async function service(): Promise<{ control: Control; port: number; controlPort: number }> {
  const server = createServer((_request, response) => response.end("hello"));
  const lifecycle = handover({ server, environment: controlled });
  const port = await listen(server);
  after.push(
    () => server.close(),
    () => lifecycle[Symbol.asyncDispose](),
  );
  return { control: await controlOf(lifecycle), port, controlPort: (await lifecycle.ready)?.port ?? 0 };
}

interface DrainAnswer {
  readonly drain: string;
}

async function drained(control: Control, by: string, leaseMs: number | null): Promise<string> {
  const answer = await control("POST", "/drain", { by, leaseMs });
  expect(answer.status).toBe(202);
  return (answer.body as DrainAnswer).drain;
}

test("a deploy drains, renews, and makes the service healthy again", async () => {
  const { control, port } = await service();
  expect((await ask(port, "/health")).status).toBe(200);
  const id = await drained(control, "deploy-1", 60_000);
  expect(id).toMatch(/^d-[0-9a-f]+$/);
  expect((await ask(port, "/health")).status).toBe(503);
  expect((await ask(port, "/")).text).toBe("hello");
  expect(await control("PUT", `/drain/${id}`, { leaseMs: 90_000 })).toEqual({ status: 204, body: null });
  expect((await control("GET", "/state")).body).toMatchObject({ drain: { id, by: "deploy-1" } });
  expect(await control("DELETE", `/drain/${id}`)).toEqual({ status: 204, body: null });
  expect((await ask(port, "/health")).status).toBe(200);
});

test("an answer that was lost can be asked for again; another's drain is not touched", async () => {
  const { control } = await service();
  const id = await drained(control, "deploy-1", 60_000);
  expect(await drained(control, "deploy-1", 60_000)).toBe(id);
  expect(await control("POST", "/drain", { by: "deploy-2", leaseMs: 60_000 })).toEqual({
    status: 409,
    body: { drain: id, by: "deploy-1" },
  });
});

test("a drain that has ended is gone for renewing, and stays ended for ending", async () => {
  const { control } = await service();
  const id = await drained(control, "deploy-1", 60_000);
  await control("DELETE", `/drain/${id}`);
  expect(await control("PUT", `/drain/${id}`, { leaseMs: 60_000 })).toMatchObject({
    status: 404,
    body: { error: { code: "drain-ended" } },
  });
  expect((await control("DELETE", `/drain/${id}`)).status).toBe(204);
});

test("a service whose deployer has died becomes healthy by itself when the lease ends", async () => {
  const { control, port } = await service();
  await drained(control, "deploy-1", 40);
  const statuses = new Set<number>();
  const deadline = AbortSignal.timeout(10_000);
  while (!statuses.has(200)) {
    deadline.throwIfAborted();
    statuses.add((await ask(port, "/health")).status);
  }
  expect(statuses).toEqual(new Set([503, 200]));
});

test("the state tells the drain, the requests in flight, the release and the checkers", async () => {
  const { control } = await service();
  expect(await control("GET", "/state")).toEqual({
    status: 200,
    body: { drain: null, inFlight: 0, release: "sha-1a2b3c4.9f02", checkers: [] },
  });
  const id = await drained(control, "operator", null);
  const { body } = await control("GET", "/state");
  expect(body).toMatchObject({ drain: { id, by: "operator", forMs: expect.any(Number), leaseMs: null } });
});

test.each([
  ["no token", {}],
  ["another token", { authorization: "Bearer other" }],
  ["the beginning of the token", { authorization: "Bearer test" }],
  ["another scheme", { authorization: "Basic test-token" }],
])("a request with %s is refused and changes nothing", async (_what, headers: Record<string, string>) => {
  const { control, port } = await service();
  const answer = await control("POST", "/drain", { by: "x", leaseMs: null }, headers);
  expect(answer).toMatchObject({ status: 401, body: { error: { code: "unauthorized" } } });
  expect((await control("GET", "/state", undefined, headers)).status).toBe(401);
  expect((await ask(port, "/health")).status).toBe(200);
});

test.each([
  ["no JSON", "{", "bad-json"],
  ["nothing", "", "bad-json"],
  ["a list", [], "bad-json"],
  ["null", "null", "bad-json"],
  ["no by", { leaseMs: 1 }, "bad-by"],
  ["an empty by", { by: "", leaseMs: 1 }, "bad-by"],
  ["a by that is a number", { by: 4, leaseMs: 1 }, "bad-by"],
  ["a by that is too long", { by: "x".repeat(201), leaseMs: 1 }, "bad-by"],
  ["no lease", { by: "deploy-1" }, "bad-lease"],
  ["a lease that is text", { by: "deploy-1", leaseMs: "60s" }, "bad-lease"],
  ["a lease of nothing", { by: "deploy-1", leaseMs: 0 }, "bad-lease"],
  ["a lease in the past", { by: "deploy-1", leaseMs: -1 }, "bad-lease"],
  ["an endless lease", '{"by":"deploy-1","leaseMs":1e999}', "bad-lease"],
])("a drain with %s is refused and says why", async (_what, body, code) => {
  const { control, port } = await service();
  expect(await control("POST", "/drain", body)).toMatchObject({
    status: 400,
    body: { error: { code, message: expect.stringMatching(/./) } },
  });
  expect((await ask(port, "/health")).status).toBe(200);
});

test("a renewal with a wrong lease is refused and leaves the drain as it was", async () => {
  const { control } = await service();
  const id = await drained(control, "deploy-1", null);
  expect((await control("PUT", `/drain/${id}`, { leaseMs: false })).status).toBe(400);
  expect((await control("GET", "/state")).body).toMatchObject({ drain: { id, leaseMs: null } });
});

test("a body over 64 KiB is refused, one of 64 KiB is read", async () => {
  const { control } = await service();
  const body = (length: number): string => JSON.stringify({ by: "x", leaseMs: 1 }).padEnd(length);
  expect(await control("POST", "/drain", body(65_537))).toMatchObject({
    status: 413,
    body: { error: { code: "body-too-large" } },
  });
  expect((await control("POST", "/drain", body(10_000_000))).status).toBe(413);
  expect((await control("POST", "/drain", body(65_536))).status).toBe(202);
});

test("a path or method that is not in the contract is refused", async () => {
  const { control } = await service();
  expect((await control("GET", "/")).status).toBe(404);
  expect((await control("GET", "/drain/d-1/x")).status).toBe(404);
  expect((await control("GET", "/drain")).status).toBe(405);
  expect((await control("POST", "/state")).status).toBe(405);
  expect((await control("POST", "/drain/d-1", {})).status).toBe(405);
});

test("a body that breaks off leaves the service undrained and the listener answering", async () => {
  const { control, controlPort, port } = await service();
  const socket = connect(controlPort, "127.0.0.1");
  await once(socket, "connect");
  socket.end(
    'POST /drain HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer test-token\r\nContent-Length: 999\r\n\r\n{"by"',
  );
  socket.resume();
  await once(socket, "close");
  expect((await control("GET", "/state")).body).toMatchObject({ drain: null });
  expect((await ask(port, "/health")).status).toBe(200);
});

test("a control address that is taken is told to whoever waits for it", async () => {
  const { controlPort } = await service();
  const lifecycle = handover({
    server: createServer(),
    environment: { ...controlled, HANDOVER_CONTROL: `127.0.0.1:${controlPort}` },
  });
  after.push(() => lifecycle[Symbol.asyncDispose]());
  await expect(lifecycle.ready).rejects.toThrow(/EADDRINUSE/);
});

test("without Handover's variables there is no control listener, and health is answered all the same", async () => {
  const server = createServer((_request, response) => response.end("hello"));
  const lifecycle = handover({ server, environment: {} });
  const port = await listen(server);
  after.push(
    () => server.close(),
    () => lifecycle[Symbol.asyncDispose](),
  );
  expect(await lifecycle.ready).toBeNull();
  expect((await ask(port, "/health")).status).toBe(200);
});
