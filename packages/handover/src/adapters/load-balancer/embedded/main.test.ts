import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { Agent } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { balancerId } from "../../../fleet/ids.ts";
import { embeddedLoadBalancer } from "../embedded-client.ts";
import { ask, at, quick, sendBytes, service, until } from "./loopback.ts";

interface Started {
  readonly process: ChildProcess;
  readonly line: {
    readonly kind: string;
    readonly listen: string;
    readonly code: string;
    readonly message: string;
  };
  readonly exited: Promise<[number | null, string | null]>;
  readonly log: Promise<string>;
}

async function start(args: readonly string[]): Promise<Started> {
  const main = join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  const log = text(child.stderr);
  const [line] = await once(createInterface(child.stdout), "line");
  return { process: child, line: JSON.parse(line), exited, log };
}

async function place(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "handover-"));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, "api", "local");
}

async function refusesConnections(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

const portOf = (listen: string): number => Number(listen.split(":").at(-1));
const signal = AbortSignal.timeout(60_000);

test("it says when it is ready, serves what it is told, and forgets nothing while the one who started it is gone", async () => {
  await using api = await service((_request, response) => response.end("served"));
  const directory = await place();
  const started = await start(["--directory", directory, "--listen", "127.0.0.1:0"]);
  expect(started.line).toMatchObject({ kind: "ready", pid: started.process.pid });
  started.process.stdout?.destroy();

  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const socketPath = join(directory, "balancer.sock");
  expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
  const balancer = embeddedLoadBalancer(balancerId("embedded"), socketPath);
  await balancer.declare({ health: quick, slots: [at("api-1/a", api)] }, signal);
  await until("it is in rotation", async () => (await balancer.state(signal)).slots[0]?.in === true);
  expect((await ask(portOf(started.line.listen))).body).toBe("served");

  const record = JSON.parse(await readFile(join(directory, "balancer.json"), "utf8"));
  const { generation } = await balancer.state(signal);
  expect(generation).toBe(`${record.pid}:${record.startTime}`);
  expect(record).toMatchObject({
    pid: started.process.pid,
    listen: started.line.listen,
    table: { health: quick },
  });
});

test("on SIGTERM it takes nothing more, finishes what is in flight, removes its socket and exits 0", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await using api = await service((_request, response) => void released.then(() => response.end("finished")));
  const directory = await place();
  const started = await start(["--directory", directory, "--listen", "127.0.0.1:0"]);
  const port = portOf(started.line.listen);
  const balancer = embeddedLoadBalancer(balancerId("embedded"), join(directory, "balancer.sock"));
  await balancer.declare({ health: quick, slots: [at("api-1/a", api)] }, signal);
  await until("it is in rotation", async () => (await balancer.state(signal)).slots[0]?.in === true);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const inFlight = ask(port, "/", { agent });
  await until("the request is in flight", () => api.seen.length === 1);

  started.process.kill("SIGTERM");
  await until("it accepts nothing more", () => refusesConnections(port));
  release();
  expect(await inFlight).toMatchObject({ status: 200, body: "finished" });
  expect(await started.exited).toEqual([0, null]);
  expect(await started.log).toBe("");
  for (const gone of ["balancer.sock", "balancer.json"]) {
    await expect(stat(join(directory, gone))).rejects.toMatchObject({ code: "ENOENT" });
  }
});

test("it says why it cannot start: the address is taken", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const started = await start(["--directory", await place(), "--listen", `127.0.0.1:${port}`]);
  expect(started.line).toMatchObject({ kind: "failed", code: "EADDRINUSE" });
  expect(started.line.message).toContain(String(port));
  expect(await started.exited).toEqual([1, null]);
});

test("it does not take the place of one that lives, but does after that was killed", async () => {
  const args = ["--directory", await place(), "--listen", "127.0.0.1:0"];
  const first = await start(args);
  const second = await start(args);
  expect(second.line).toMatchObject({ kind: "failed", code: "taken" });
  expect(await second.exited).toEqual([1, null]);
  first.process.kill("SIGKILL");
  await first.exited;
  expect((await start(args)).line.kind).toBe("ready");
});

test("it refuses orders that it does not understand", async () => {
  for (const args of [
    ["--directory", "/tmp/x"],
    ["--listen", "127.0.0.1:0"],
    ["--directory", "/tmp/x", "--listen", "8080"],
    ["--nonsense"],
  ]) {
    const started = await start(args);
    expect(started.line.kind).toBe("failed");
    expect(await started.exited).toEqual([1, null]);
  }
});

test("garbage from clients leaves no trace in its log", async () => {
  const started = await start(["--directory", await place(), "--listen", "127.0.0.1:0"]);
  const port = portOf(started.line.listen);
  for (const bytes of [
    "\u0000\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
  ]) {
    await sendBytes(port, bytes);
  }
  started.process.kill("SIGTERM");
  expect(await started.exited).toEqual([0, null]);
  expect(await started.log).toBe("");
});
