import { once } from "node:events";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Bundle, type Running, bundled, run } from "../test/running.ts";

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundled();
});
afterAll(() => bundle[Symbol.asyncDispose]());

const processes: Running[] = [];
afterEach(() => {
  for (const { child } of processes.splice(0)) child.kill("SIGKILL");
});

function started(environment: Readonly<Record<string, string>> = {}): Running {
  const running = run(bundle, environment);
  processes.push(running);
  return running;
}

async function serving(
  environment: Readonly<Record<string, string>> = {},
): Promise<Running & { readonly url: string }> {
  const running = started(environment);
  const [, url = ""] = await running.said(/listening on (\S+), release/);
  return { ...running, url };
}

const inProduction = { HANDOVER_INSTANCE: "api-1", HANDOVER_RELEASE: "sha-1a2b3c4.9f02" };
const well = { code: 0, signal: null };

test("the service says who answers, and in which release", async () => {
  const { url } = await serving(inProduction);
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ api: "happy response", id: "api-1", release: "sha-1a2b3c4.9f02" });
});

test("another greeting makes another release", async () => {
  const { url } = await serving({ GREETING: "happier response" });
  expect(await (await fetch(url)).json()).toMatchObject({ api: "happier response", release: "dev" });
});

test("it is healthy", async () => {
  const { url } = await serving();
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test("a slow request takes as long as it was told to", async () => {
  const { url } = await serving(inProduction);
  const startedAt = performance.now();
  const response = await fetch(`${url}/slow?ms=300`);
  expect(await response.json()).toEqual({ waitedMs: 300, id: "api-1", release: "sha-1a2b3c4.9f02" });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
});

test("a slow request without a sensible time is refused", async () => {
  const { url } = await serving();
  for (const query of ["", "?ms=", "?ms=-1", "?ms=soon", "?ms=1e3", "?ms=60001", "?ms=1&ms=2"]) {
    expect([query, (await fetch(`${url}/slow${query}`)).status]).toEqual([query, 400]);
  }
});

test("a WebSocket gets back what it sends, text as text and bytes as bytes", async () => {
  const { url } = await serving();
  const socket = new WebSocket(`${url.replace("http", "ws")}/echo`);
  await once(socket, "open");
  socket.send("hello");
  expect(String((await once(socket, "message"))[0])).toBe("hello");
  socket.send(Buffer.from([0, 255]));
  expect(await once(socket, "message")).toEqual([Buffer.from([0, 255]), true]);
  socket.close();
  await once(socket, "close");
});

test("a WebSocket anywhere else is refused", async () => {
  const { url } = await serving();
  const socket = new WebSocket(`${url.replace("http", "ws")}/elsewhere`);
  const [error] = await once(socket, "error");
  expect(String(error)).toMatch(/400/);
});

test("the event stream sends one event a second", async () => {
  const { url } = await serving(inProduction);
  const startedAt = performance.now();
  const response = await fetch(`${url}/events`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes("id: 3\n")) break;
  }
  expect(text.match(/^event: tick$/gm)).toHaveLength(3);
  expect(text).toContain('data: {"count":2,"id":"api-1","release":"sha-1a2b3c4.9f02"}\n\n');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_900);
});

test("on SIGTERM a request under way ends with 200, streams and WebSockets end politely, and it exits 0", async () => {
  const { child, url, exited } = await serving();
  const socket = new WebSocket(`${url.replace("http", "ws")}/echo`);
  const [events] = await Promise.all([fetch(`${url}/events`), once(socket, "open")]);
  const closed = once(socket, "close");
  const slow = request(`${url}/slow?ms=1000`);
  slow.end();
  await once(slow, "finish");
  // An answer that came later: the slow request has begun.
  await fetch(url);
  child.kill("SIGTERM");
  const [response] = await once(slow, "response");
  expect(response.statusCode).toBe(200);
  response.resume();
  expect((await closed)[0]).toBe(1001);
  expect(await events.text()).toMatch(/id: 1\n/);
  expect(await exited).toEqual(well);
});

test("Handover can drain it: health 503, everything else goes on", async () => {
  const [port, free] = await freePort();
  await free();
  const { url } = await serving({ HANDOVER_CONTROL: `127.0.0.1:${port}`, HANDOVER_TOKEN: "secret" });
  const drained = await fetch(`http://127.0.0.1:${port}/drain`, {
    method: "POST",
    headers: { authorization: "Bearer secret" },
    body: JSON.stringify({ by: "deploy-1", leaseMs: 60_000 }),
  });
  expect(drained.status).toBe(202);
  expect((await fetch(`${url}/health`)).status).toBe(503);
  const response = await fetch(url);
  expect([response.status, response.headers.get("connection")]).toEqual([200, "close"]);
});

test("a release that exits at once says so", async () => {
  const { exited, output } = started({ FAULT: "exits" });
  expect(await exited).toEqual({ code: 1, signal: null });
  expect(output()).toMatch(/exits at once/);
});

test("a release that never listens runs on without a port", async () => {
  const [port, free] = await freePort();
  await free();
  const { child, said } = started({ FAULT: "never-listens", PORT: String(port) });
  await said(/never listens/);
  const socket = connect(port, "127.0.0.1");
  const [error] = await once(socket, "error");
  expect(String(error)).toMatch(/ECONNREFUSED/);
  expect(child.exitCode).toBeNull();
});

test("a release that fails its health check answers it with 500", async () => {
  const { url } = await serving({ FAULT: "fails-health" });
  expect((await fetch(`${url}/health`)).status).toBe(500);
  expect((await fetch(url)).status).toBe(200);
});

test("a release that turns unhealthy was healthy before", async () => {
  const { url } = await serving({ FAULT: "turns-unhealthy:1500" });
  const statuses = new Set<number>();
  const deadline = AbortSignal.timeout(10_000);
  while (!statuses.has(503)) {
    deadline.throwIfAborted();
    statuses.add((await fetch(`${url}/health`)).status);
  }
  expect([...statuses]).toEqual([200, 503]);
});

test("a fault that does not exist is refused at the start, so that a typo never passes for a good release", async () => {
  const { exited, output } = started({ FAULT: "explodes" });
  expect((await exited).code).toBe(1);
  expect(output()).toMatch(/FAULT must be none, exits, .* but is "explodes"/);
});

/** A port that was free a moment ago, for what must know it before it starts, and how to let go of it. */
async function freePort(): Promise<[number, () => Promise<void>]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return [port, async () => void (await once(server.close(), "close"))];
}
