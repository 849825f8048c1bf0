import { createServer } from "node:http";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { ask, controlOf, controlled, listen, rawConnection, when } from "../test/served.ts";
import { handover } from "./index.ts";

/** Health checks that arrive at a real server, with the peer's address replaced: everything here is loopback. */
async function servedTo(address: string): Promise<{
  readonly port: number;
  readonly checkers: () => Promise<unknown>;
  readonly drain: () => Promise<unknown>;
  readonly healthy: { answer: () => boolean | Promise<boolean> };
}> {
  const server = createServer((_request, response) => response.end("hello"));
  server.on("connection", (socket) => Object.defineProperty(socket, "remoteAddress", { value: address }));
  const healthy: { answer: () => boolean | Promise<boolean> } = { answer: () => true };
  const lifecycle = handover({
    server,
    environment: controlled,
    health: { check: () => healthy.answer(), timeoutMs: 10_000 },
  });
  const port = await listen(server);
  onTestFinished(async () => {
    server.close();
    await lifecycle[Symbol.asyncDispose]();
  });
  const control = await controlOf(lifecycle);
  return {
    port,
    healthy,
    checkers: async () => ((await control("GET", "/state")).body as { readonly checkers: unknown }).checkers,
    drain: () => control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 }),
  };
}

test("a balancer's checks are counted as it got them: passed, then refused while draining", async () => {
  const { port, checkers, drain } = await servedTo("10.0.0.10");
  await ask(port, "/health");
  await ask(port, "/health");
  expect(await checkers()).toMatchObject([{ from: "10.0.0.10", run: "passed", count: 2 }]);
  await drain();
  await ask(port, "/health");
  expect(await checkers()).toMatchObject([{ from: "10.0.0.10", run: "refused", count: 1 }]);
});

test("what is asked from loopback, by a user or by Handover is not counted", async () => {
  const local = await servedTo("127.0.0.1");
  await ask(local.port, "/health");
  expect(await local.checkers()).toEqual([]);
  const remote = await servedTo("10.0.0.10");
  await ask(remote.port, "/");
  await ask(remote.port, "/health", { headers: { "X-Forwarded-For": "192.0.2.1" } });
  await ask(remote.port, "/health", { headers: { "Handover-Probe": "1" } });
  expect(await remote.checkers()).toEqual([]);
});

test("a service that says no by itself refuses its checkers too", async () => {
  const { port, checkers, healthy } = await servedTo("10.0.0.10");
  healthy.answer = () => false;
  await ask(port, "/health");
  expect(await checkers()).toMatchObject([{ run: "refused", count: 1 }]);
});

test("a check whose balancer hung up before the answer is no passed one", async () => {
  const { port, checkers, healthy } = await servedTo("10.0.0.10");
  let answer: (healthy: boolean) => void = () => undefined;
  let asked = false;
  healthy.answer = () => {
    asked = true;
    return new Promise((resolve) => (answer = resolve));
  };
  const balancer = await rawConnection(port, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  await when(() => asked);
  balancer.socket.destroy();
  await once(balancer.socket, "close");
  // A request that is answered afterwards was read after the hang-up.
  await ask(port, "/");
  answer(true);
  await ask(port, "/");
  expect(await checkers()).toMatchObject([{ run: "refused", count: 1 }]);
});
