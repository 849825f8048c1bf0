import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identityOf } from "../adapters/background/process-identity.ts";
import { systemClock } from "../adapters/clock/system.ts";
import { answers } from "../adapters/control/control-request.ts";
import { chooseEnvironment } from "../config/choose-environment.ts";
import { parseConfiguration } from "../config/parse.ts";
import { localEnvironment, type LocalEnvironment } from "../main.ts";
import { bringDown } from "./bring-down.ts";
import { bringUp } from "./bring-up.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return address !== null && typeof address === "object" ? address.port : 0;
}

/** An environment in `directory` that listens on this port. */
function environmentAt(directory: string, port: number): LocalEnvironment {
  const path = join(directory, "handover.yaml");
  const text = `
service: api
environments:
  local:
    processes: { directory: ., command: node main.cjs, instances: 1 }
    listen: 127.0.0.1:${port}
`;
  const parsed = parseConfiguration({ file: path, text });
  if (parsed.kind === "invalid") throw new Error(parsed.diagnostics[0].message);
  const environment = chooseEnvironment(parsed.configuration, undefined);
  return localEnvironment({ path }, environment, { HANDOVER_STATE_DIR: directory });
}

test("of several that bring the same environment up at once, each finds it up, and one of each process was started", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ho-"));
  const signal = AbortSignal.timeout(25_000);
  const local = environmentAt(directory, await freePort());
  try {
    const started = await Promise.all(Array.from({ length: 4 }, () => bringUp(local, signal)));
    expect(started.flat().toSorted()).toEqual(["balancer", "supervisor"]);
  } finally {
    await bringDown(local, signal);
    rmSync(directory, { recursive: true, force: true });
  }
});

test("two that want to listen at different addresses get one load balancer, and one is told that it is not its own", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ho-"));
  const signal = AbortSignal.timeout(25_000);
  const here = environmentAt(directory, await freePort());
  const there = environmentAt(directory, await freePort());
  try {
    const outcomes = await Promise.allSettled([bringUp(here, signal), bringUp(there, signal)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(refused?.reason).toMatchObject({
      code: "REFUSED",
      message: /listens on .*, the configuration says/,
    });
  } finally {
    await bringDown(here, signal);
    rmSync(directory, { recursive: true, force: true });
  }
});

test("a load balancer that is ending is waited for, and another one takes its place", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ho-"));
  const signal = AbortSignal.timeout(25_000);
  const port = await freePort();
  const local = environmentAt(directory, port);
  try {
    await bringUp(local, signal);
    const first = await local.balancer.state(signal);
    const service = createHttpServer((_, response) => response.write("a part")).listen(0, "127.0.0.1");
    await once(service, "listening");
    const address = service.address();
    const at = address !== null && typeof address === "object" ? address.port : 0;
    const { health } = local.environment;
    const slots = [{ slot: "api-1/a", host: "127.0.0.1", port: at }] as const;
    await local.balancer.declare({ health, slots }, signal);
    await local.balancer.admit("api-1/a", signal);
    const held = await fetch(`http://127.0.0.1:${port}/`);
    process.kill(first.pid, "SIGTERM");
    while (await answers(join(local.store, "balancer.sock"), signal)) await systemClock.sleep(10, signal);
    const again = bringUp(local, signal);
    expect(identityOf(first.pid)).not.toBeNull();
    service.closeAllConnections();
    await expect(held.text()).rejects.toThrow("terminated");
    expect(await again).toEqual(["balancer"]);
    expect((await local.balancer.state(signal)).pid).not.toBe(first.pid);
    service.close();
  } finally {
    await bringDown(local, signal);
    rmSync(directory, { recursive: true, force: true });
  }
});
