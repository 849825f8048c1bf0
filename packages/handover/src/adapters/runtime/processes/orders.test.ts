import { createServer, request } from "node:http";
import type { Server } from "node:net";
import { join } from "node:path";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { leaseToken, runId } from "../../../fleet/ids.ts";
import type { DrainRef } from "../../../fleet/drain-state.ts";
import { identityOf } from "../../background/process-identity.ts";
import { systemClock } from "../../clock/system.ts";
import { EnvironmentUnderTest, SERVICE } from "./test/environment-under-test.ts";
import { spawnWords } from "./words.ts";
import type { SlotView } from "./protocol.ts";

const runIn = (view: SlotView) => ("run" in view.content ? view.content.run : null);
const pidIn = (view: SlotView) => Number.parseInt(runIn(view) ?? "0", 10);

async function get(view: SlotView): Promise<string> {
  return (await fetch(`http://${view.address}/`)).text();
}

it("a started release is judged by its health path and then runs", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const late = `setTimeout(() => {${SERVICE}}, 300)`;
  expect((await env.start(token, env.spec("one", late))).status).toBe(202);
  expect((await env.slot()).content.kind).toBe("starting");
  const view = await env.untilRunning("one");
  expect(await get(view)).toBe("one");
  expect(view.content).toMatchObject({ restarts: 0 });
  expect(view.content.kind === "running" && view.content.startUpMs).toBeGreaterThan(250);
  expect(view.control?.address).toMatch(/^127\.0\.0\.1:\d+$/);
});

it("the health path is asked with a header that says who asks", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(
    token,
    env.spec(
      "one",
      `require("node:http").createServer((q, r) => { r.statusCode = q.headers["handover-probe"] === "start" && q.url === "/health" ? 200 : 500; r.end(); }).listen(process.env.PORT);`,
    ),
  );
  expect((await env.untilRunning("one")).failure).toBeNull();
});

it("an instance gets the documented environment, what is configured, and nothing of the supervisor's", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const program = `require("node:http").createServer((q, r) => r.end(JSON.stringify(process.env))).listen(process.env.PORT);`;
  await env.start(token, env.spec("one", program, { environment: { COLOUR: "blue", PASSWORD: "s3cret" } }));
  const view = await env.untilRunning("one");
  const got: Record<string, string> = JSON.parse(await get(view));
  expect(got).toMatchObject({
    COLOUR: "blue",
    PASSWORD: "s3cret",
    HANDOVER_CONTROL: view.control?.address,
    HANDOVER_TOKEN: view.control?.token,
    HANDOVER_RELEASE: "one",
    HANDOVER_INSTANCE: "api-1",
    PORT: view.address.split(":")[1],
    PATH: process.env["PATH"],
  });
  expect(Object.keys(got).filter((name) => name.startsWith("VITEST") || name.startsWith("npm_"))).toEqual([]);
});

it("a swap replaces what runs on the same port", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const before = await env.untilRunning("one");
  expect((await env.swap(token, runIn(before), env.spec("two", SERVICE))).status).toBe(202);
  expect((await env.slot()).content).toMatchObject({ kind: "swapping", from: "one", to: "two" });
  const after = await env.untilRunning("two");
  expect(after.address).toBe(before.address);
  expect(after.failure).toBeNull();
  expect(await get(after)).toBe("two");
  expect(identityOf(pidIn(before))).toBeNull();
});

it("a stop asks first and kills the whole process group after the grace", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const stubborn = `
    const child = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
    require("node:fs").writeFileSync("child", String(child.pid));
    process.on("SIGTERM", () => require("node:fs").writeFileSync("asked", ""));
    require("node:http").createServer((q, r) => r.end()).listen(process.env.PORT);`;
  const spec = env.spec("one", stubborn, { stopGraceMs: 300 });
  await env.start(token, spec);
  const view = await env.untilRunning("one");
  const child = Number(readFileSync(join(spec.directory, "child"), "utf8"));
  const began = systemClock.now();
  expect((await env.stop(token, runIn(view))).status).toBe(202);
  expect((await env.slot()).content.kind).toBe("stopping");
  await env.until(({ content }) => content.kind === "empty");
  expect(systemClock.now() - began).toBeGreaterThan(250);
  expect(existsSync(join(spec.directory, "asked"))).toBe(true);
  expect([identityOf(pidIn(view)), identityOf(child)]).toEqual([null, null]);
});

const failures: readonly (readonly [string, string, object, RegExp])[] = [
  ["exits at once", "console.error('no config'); process.exit(1)", {}, /^exited with status 1 after \d+ ms$/],
  ["is killed", "process.kill(process.pid, 'SIGKILL')", {}, /^was ended by SIGKILL after \d+ ms$/],
  [
    "never listens",
    "setInterval(() => {}, 1000)",
    { startDeadlineMs: 400 },
    /^did not answer GET \/health within 400 ms: connection refused$/,
  ],
  [
    "never answers",
    "require('node:net').createServer(() => {}).listen(process.env.PORT)",
    { startDeadlineMs: 700, health: { path: "/health", timeoutMs: 200 } },
    /^did not answer GET \/health within 700 ms: no answer within 200 ms of a request$/,
  ],
  [
    "answers 500",
    "require('node:http').createServer((q, r) => { r.statusCode = 500; r.end(); }).listen(process.env.PORT)",
    { startDeadlineMs: 400 },
    /^GET \/health answered 500 until the deadline$/,
  ],
  ["has no such command", "", { command: ["nod", "main.cjs"] }, /^command not found: nod$/],
  ["has no directory", "", { directory: "/no/such" }, /^the directory of bad is gone: \/no\/such$/],
];

it.for(failures)("a release that %s is a failed start that says so", async ([, program, more, why]) => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  expect((await env.start(token, env.spec("bad", program, more))).status).toBe(202);
  const view = await env.until(({ failure }) => failure !== null);
  expect(view.failure?.why).toMatch(why);
  expect(view.failure).toMatchObject({ release: "bad", by: token });
  expect(view.content.kind).toBe("empty");
  expect(view.failure?.log).toEqual(program.includes("no config") ? ["no config"] : []);
});

it("a command that is not executable, or whose interpreter is missing, is told apart", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const spec = env.spec("bad", SERVICE, { command: ["./run.sh"] });
  writeFileSync(join(spec.directory, "run.sh"), "#!/no/such/interpreter\n");
  await env.start(token, spec);
  expect((await env.slot()).failure?.why).toBe("command is not executable: ./run.sh");
  chmodSync(join(spec.directory, "run.sh"), 0o755);
  await env.start(token, spec);
  expect((await env.slot()).failure?.why).toBe("command names an interpreter that does not exist: ./run.sh");
});

it("a failed start is reported with the last twenty lines of its own run", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("first", "console.log('of an earlier run'); process.exit(1)"));
  await env.until(({ failure }) => failure?.release === "first");
  const program = "for (let n = 0; n < 30; n++) console.log('line ' + n); process.exit(3)";
  await env.start(token, env.spec("second", program));
  const { failure } = await env.until(({ failure }) => failure?.release === "second");
  expect(failure?.log).toEqual(Array.from({ length: 20 }, (_, n) => `line ${n + 10}`));
  const logs = await env.ask("POST", "/logs", { slot: "api-1/a", lines: 31 });
  expect(logs.body).toMatchObject({ lines: expect.arrayContaining(["of an earlier run", "line 29"]) });
});

it("a port that a stranger has taken is named, and the stranger's answers are not believed", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const { address } = await env.slot();
  const port = Number(address.split(":")[1]);
  const stranger = createServer((_, response) => response.end("stranger"));
  await listen(stranger, { port, host: "127.0.0.1" });
  await env.start(token, env.spec("one", SERVICE));
  const { failure } = await env.until((view) => view.failure !== null);
  expect(failure?.why).toBe(`port ${port} is taken: something else listens there`);
  await new Promise((resolve) => stranger.close(resolve));
});

it("a swap to a release that fails puts the old one back, and says which deploy's release failed why", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE, { environment: { KEPT: "yes" } }));
  const before = await env.untilRunning("one");
  await env.swap(token, runIn(before), env.spec("two", "console.log('oh'); process.exit(7)"));
  const after = await env.untilRunning("one");
  expect(runIn(after)).not.toBe(runIn(before));
  expect(after.failure).toMatchObject({ release: "two", by: token, log: ["oh"] });
  expect(after.failure?.why).toMatch(/^exited with status 7 after \d+ ms$/);
  expect(readFileSync(`/proc/${pidIn(after)}/environ`, "utf8")).toContain("KEPT=yes");
});

it("a slot says whose order led to what it holds and what a swap replaced, also after the supervisor was killed", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const one = await env.untilRunning("one");
  expect(one).toMatchObject({ orderedBy: token, previous: null });
  await env.swap(token, runIn(one), env.spec("two", SERVICE));
  const two = await env.untilRunning("two");
  expect(two).toMatchObject({ orderedBy: token, previous: "one" });
  await env.end("SIGKILL");
  await env.supervise();
  expect(await env.slot()).toMatchObject({ orderedBy: token, previous: "one" });
  await env.swap(token, runIn(two), env.spec("three", "process.exit(1)"));
  expect(await env.untilRunning("two")).toMatchObject({ orderedBy: token, previous: null });
});

it("an order is finished although its client has gone", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const before = await env.untilRunning("one");
  const body = JSON.stringify({
    token,
    notAfterMs: 5_000,
    slot: "api-1/a",
    run: runIn(before),
    drains: [],
    spec: env.spec("two", SERVICE),
  });
  await new Promise<void>((resolve) => {
    const sent = request({ socketPath: env.socket, method: "POST", path: "/swap", agent: false });
    sent.once("error", () => resolve());
    sent.end(body, () => {
      sent.destroy();
      resolve();
    });
  });
  expect((await env.untilRunning("two")).failure).toBeNull();
});

it("a repeated order is accepted and not done twice", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const slow = env.spec("one", `setTimeout(() => {${SERVICE}}, 300)`);
  expect([(await env.start(token, slow)).status, (await env.start(token, slow)).status]).toEqual([202, 202]);
  const first = await env.untilRunning("one");
  expect((await env.start(token, slow)).status).toBe(409);
  const two = env.spec("two", `setTimeout(() => {${SERVICE}}, 300)`);
  const swaps = [await env.swap(token, runIn(first), two), await env.swap(token, runIn(first), two)];
  expect(swaps.map(({ status }) => status)).toEqual([202, 202]);
  const second = await env.untilRunning("two");
  expect((await env.swap(token, runIn(first), two)).status).toBe(409);
  expect(runIn(await env.slot())).toBe(runIn(second));
});

it("an order without the lease, for another run, or that comes too late is refused and does nothing", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const view = await env.untilRunning("one");
  const two = env.spec("two", SERVICE);
  const stale = { token, notAfterMs: 100, slot: "api-1/a", run: runIn(view), drains: [] };
  env.signal("SIGSTOP");
  const waiting = env.ask("POST", "/stop", stale);
  await systemClock.sleep(300);
  env.signal("SIGCONT");
  const refused = [
    await env.swap(leaseToken("other"), runIn(view), two),
    await env.swap(token, runId("1:1"), two),
    await env.stop(token, null),
    await env.start(token, two),
    await waiting,
  ];
  expect(refused.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409]);
  expect(refused[4]?.body).toMatchObject({ error: { message: expect.stringMatching(/too late/) } });
  expect(runIn(await env.slot())).toBe(runIn(view));
});

it("a stop is refused when its drain has ended, and renews it until the process has gone when it is held", async () => {
  await using env = new EnvironmentUnderTest({ drainLeaseMs: 200 });
  const token = await env.ready();
  await env.start(
    token,
    env.spec("one", SERVICE.replace("process.exit(0)", "setTimeout(process.exit, 400)")),
  );
  const view = await env.untilRunning("one");
  const renewals: string[] = [];
  const balancer = createServer((asked, response) => {
    renewals.push(`${asked.method} ${asked.url}`);
    response.statusCode = asked.url === "/drain/d-held" ? 204 : 404;
    response.end();
  });
  const socket = join(env.directory, "b.sock");
  await listen(balancer, { path: socket });
  const drain = (id: string): DrainRef => ({ via: "balancer", id, at: `unix:${socket}` });
  const refused = await env.stop(token, runIn(view), [drain("d-held"), drain("d-ended")]);
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ error: { message: expect.stringContaining("d-ended has ended") } });
  expect((await env.slot()).content.kind).toBe("running");
  renewals.length = 0;
  expect((await env.stop(token, runIn(view), [drain("d-held")])).status).toBe(202);
  await env.until(({ content }) => content.kind === "empty");
  expect(renewals.length).toBeGreaterThan(4);
  expect(new Set(renewals)).toEqual(new Set(["PUT /drain/d-held"]));
  await new Promise((resolve) => balancer.close(resolve));
});

it("a drain at the service is renewed with its token, and only at the run that it belongs to", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const program = `${SERVICE}
    require("node:http").createServer((q, r) => { r.statusCode = q.headers.authorization === "Bearer " + process.env.HANDOVER_TOKEN && q.url === "/drain/d-1" ? 204 : 404; r.end(); })
      .listen(process.env.HANDOVER_CONTROL.split(":")[1], "127.0.0.1");`;
  await env.start(token, env.spec("one", program));
  const view = await env.untilRunning("one");
  const at = (address: string): DrainRef[] => [{ via: "service", id: "d-1", at: `http://${address}` }];
  expect((await env.stop(token, runIn(view), at("127.0.0.1:9"))).status).toBe(409);
  expect((await env.stop(token, runIn(view), at(view.control!.address))).status).toBe(202);
  await env.until(({ content }) => content.kind === "empty");
});

it("an order that had to wait for a slow load balancer is refused when it would begin too late", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const view = await env.untilRunning("one");
  const slow = createServer((_, response) => {
    setTimeout(() => response.writeHead(204).end(), 300);
  });
  const socket = join(env.directory, "b.sock");
  await listen(slow, { path: socket });
  const drains = [{ via: "balancer", id: "d-1", at: `unix:${socket}` }];
  const order = { token, notAfterMs: 100, slot: "api-1/a", run: runIn(view), drains };
  expect((await env.ask("POST", "/stop", order)).status).toBe(409);
  expect(runIn(await env.slot())).toBe(runIn(view));
  await new Promise((resolve) => slow.close(resolve));
});

function listen(server: Server, where: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve());
  });
}

it("a command that is nowhere is not found, also where a directory of PATH may not be read", async () => {
  expect(spawnWords("EACCES", "nod", false)).toBe("command not found: nod");
  expect(spawnWords("EACCES", "./run.sh", true)).toBe("command is not executable: ./run.sh");
});
