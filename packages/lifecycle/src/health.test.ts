import { createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import { ask, controlOf, controlled, listen, rawConnection, when } from "../test/served.ts";
import { type HandoverOptions, handover } from "./index.ts";

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).toReversed()) await undo();
});

type Options = Omit<HandoverOptions, "server">;

async function service(options: Options): Promise<{ port: number; lifecycle: ReturnType<typeof handover> }> {
  const server = createServer((request, response) => response.end(`the service's own ${request.method}`));
  const lifecycle = handover({ server, environment: {}, ...options });
  const port = await listen(server);
  after.push(
    () => server.close(),
    () => lifecycle[Symbol.asyncDispose](),
  );
  return { port, lifecycle };
}

async function statusOf(port: number, path = "/health"): Promise<number> {
  return (await ask(port, path)).status;
}

test("the health path answers 200, also with a query, to GET, HEAD and the OPTIONS of HAProxy", async () => {
  const { port } = await service({});
  expect(await ask(port, "/health")).toMatchObject({ status: 200, text: '{"status":"healthy"}\n' });
  expect(await statusOf(port, "/health?from=balancer")).toBe(200);
  expect(await ask(port, "/health", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  expect(await ask(port, "/health", { method: "OPTIONS" })).toMatchObject({ text: '{"status":"healthy"}\n' });
});

test("other paths and methods are the service's own", async () => {
  const { port } = await service({});
  expect((await ask(port, "/healthy")).text).toBe("the service's own GET");
  expect((await ask(port, "/health/more")).text).toBe("the service's own GET");
  expect((await ask(port, "/health", { method: "POST" })).text).toBe("the service's own POST");
});

test("another health path can be chosen, and then /health is the service's own", async () => {
  const { port } = await service({ health: { path: "/up" } });
  expect((await ask(port, "/up")).text).toBe('{"status":"healthy"}\n');
  expect((await ask(port, "/health")).text).toBe("the service's own GET");
});

test.each<[string, () => boolean | Promise<boolean>]>([
  ["says no", () => false],
  ["says no later", () => Promise.resolve(false)],
  ["throws", () => expect.unreachable()],
  ["rejects", () => Promise.reject(new Error("database away"))],
])(
  "a service whose own check %s is unhealthy, and its reason is not shown to the world",
  async (_how, check) => {
    const { port } = await service({ health: { check } });
    expect(await ask(port, "/health")).toMatchObject({ status: 503, text: '{"status":"unhealthy"}\n' });
  },
);

test("a service whose own check is too slow is unhealthy, is told to give up, and is asked afresh", async () => {
  let asked = 0;
  let gaveUp = 0;
  const check = (signal: AbortSignal): boolean | Promise<boolean> => {
    asked += 1;
    signal.addEventListener("abort", () => (gaveUp += 1));
    return asked > 1 || new Promise<boolean>(() => undefined);
  };
  const { port } = await service({ health: { check, timeoutMs: 30 } });
  expect(await statusOf(port)).toBe(503);
  expect({ asked, gaveUp }).toEqual({ asked: 1, gaveUp: 1 });
  expect(await statusOf(port)).toBe(200);
  expect({ asked, gaveUp }).toEqual({ asked: 2, gaveUp: 1 });
});

test("checks that arrive together ask the service once", async () => {
  let asked = 0;
  let answer: (healthy: boolean) => void = () => undefined;
  const check = (): Promise<boolean> => {
    asked += 1;
    return new Promise((resolve) => (answer = resolve));
  };
  const { port } = await service({ health: { check, timeoutMs: 10_000 } });
  // In one piece, so that both have arrived when the first one is asked about.
  const client = await rawConnection(port, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2));
  after.push(() => client.socket.destroy());
  await when(() => asked > 0);
  answer(true);
  expect(await client.until(/healthy[^]*healthy/)).not.toMatch(/503/);
  expect(asked).toBe(1);
});

test("while it drains, the service is not asked, and refuses", async () => {
  let asked = 0;
  const check = (): boolean => {
    asked += 1;
    return true;
  };
  const { port, lifecycle } = await service({ health: { check }, environment: controlled });
  const control = await controlOf(lifecycle);
  await control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 });
  expect(lifecycle.draining).toBe(true);
  expect(await ask(port, "/health")).toMatchObject({ status: 503, text: '{"status":"draining"}\n' });
  expect(asked).toBe(0);
});

test("a drain that begins while the service is asked is refused already", async () => {
  let answer: ((healthy: boolean) => void) | undefined;
  const check = (): Promise<boolean> => new Promise((resolve) => (answer = resolve));
  const { port, lifecycle } = await service({
    health: { check, timeoutMs: 10_000 },
    environment: controlled,
  });
  const control = await controlOf(lifecycle);
  const status = statusOf(port);
  await when(() => answer !== undefined);
  await control("POST", "/drain", { by: "deploy-1", leaseMs: 60_000 });
  answer?.(true);
  expect(await status).toBe(503);
});
