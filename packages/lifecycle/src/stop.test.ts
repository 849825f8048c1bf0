import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { ask, listen } from "../test/served.ts";
import { handover } from "./index.ts";

test("a service can be stopped without a signal, as its own tests want it, and the same stop is asked for twice", async () => {
  const closed: string[] = [];
  const server = createServer((_request, response) => response.end("hello"));
  const lifecycle = handover({
    server,
    environment: {},
    quietMs: 0,
    onClose: () => void closed.push("database"),
  });
  const port = await listen(server);
  expect((await ask(port, "/")).status).toBe(200);
  const first = lifecycle.stop();
  expect(lifecycle.draining).toBe(true);
  await Promise.all([first, lifecycle.stop()]);
  expect(lifecycle.closing.aborted).toBe(true);
  expect(closed).toEqual(["database"]);
  await expect(ask(port, "/")).rejects.toThrow(/ECONNREFUSED/);
  await lifecycle[Symbol.asyncDispose]();
});

test("a server that never listened stops too", async () => {
  const lifecycle = handover({ server: createServer(), environment: {}, quietMs: 0 });
  onTestFinished(() => lifecycle[Symbol.asyncDispose]());
  await expect(lifecycle.stop()).resolves.toBeUndefined();
});
