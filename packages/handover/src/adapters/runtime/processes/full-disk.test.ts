import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownIdentity } from "../../background/process-identity.ts";
import { systemClock } from "../../clock/system.ts";
import type { SlotView } from "./protocol.ts";
import { EnvironmentUnderTest, SERVICE } from "./test/environment-under-test.ts";

const runIn = (view: SlotView) => ("run" in view.content ? view.content.run : null);

/** From now on no file of this process can grow: what a full disk is to it, without one. `null`: there is room again. */
function roomFor(pid: number, bytes: number | null): void {
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes ?? "unlimited"}:`]);
}

const hasPrlimit = existsSync("/usr/bin/prlimit");

describe.runIf(hasPrlimit)("on a full disk", () => {
  it("orders are carried out, the lease is renewed and passed on, and the supervisor goes on", async () => {
    await using env = new EnvironmentUnderTest({ tidyEveryMs: 20 });
    const token = await env.ready();
    await env.start(token, env.spec("one", SERVICE));
    const one = await env.untilRunning("one");
    const { pid } = await env.state();
    roomFor(pid, 0);
    expect((await env.ask("PUT", `/lease/${token}`, { ttlMs: 60_000 })).status).toBe(204);
    expect((await env.swap(token, runIn(one), env.spec("two", SERVICE))).status).toBe(202);
    const two = await env.untilRunning("two");
    expect((await env.swap(token, runIn(two), env.spec("bad", "process.exit(3)"))).status).toBe(202);
    await env.until(({ content, failure }) => content.kind === "running" && failure !== null);
    await env.ask("DELETE", `/lease/${token}`);
    const next = await env.lease();
    await env.ask("DELETE", `/lease/${next}`);
    expect((await env.state()).pid).toBe(pid);
    roomFor(pid, null);
    expect(readdirSync(env.directory).filter((name) => name.endsWith(".new"))).toEqual([]);
    expect(readdirSync(join(env.directory, "instances")).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("a record for which there is not quite room leaves the earlier one as it was", async () => {
    await using env = new EnvironmentUnderTest();
    const token = await env.ready();
    await env.start(token, env.spec("one", SERVICE));
    const one = await env.untilRunning("one");
    const { pid } = await env.state();
    roomFor(pid, 100);
    await env.swap(token, runIn(one), env.spec("two", `setTimeout(() => {${SERVICE}}, 60000)`));
    await env.until(({ content }) => content.kind === "swapping");
    const record = readFileSync(join(env.directory, "instances", "api-1.a.json"), "utf8");
    expect(JSON.parse(record)).toMatchObject({ holding: { kind: "running" } });
    roomFor(pid, null);
  });
});

it("a log that cannot be opened or rotated stops neither an instance nor the supervisor", async () => {
  await using env = new EnvironmentUnderTest({ tidyEveryMs: 20, logLimitBytes: 1_000 });
  const token = await env.ready();
  const logs = join(env.directory, "logs");
  mkdirSync(join(logs, "api-1.a.log"), { recursive: true });
  mkdirSync(join(logs, "unmovable.log.2", "something"), { recursive: true });
  for (const name of ["unmovable.log", "unmovable.log.1", "zebra.log"])
    writeFileSync(join(logs, name), "x".repeat(2_000));
  await env.start(token, env.spec("one", SERVICE));
  const one = await env.untilRunning("one");
  await env.swap(token, runIn(one), env.spec("bad", "process.exit(3)"));
  await env.until(({ content, failure }) => content.kind === "running" && failure !== null);
  const rotated = () => existsSync(join(logs, "zebra.log.1"));
  const deadline = systemClock.now() + 5_000;
  while (!rotated() && systemClock.now() < deadline) await systemClock.sleep(20);
  expect(rotated()).toBe(true);
  expect((await env.slot()).content).toMatchObject({ kind: "running", release: "one" });
});

it("what a killed supervisor was about to write is not taken for what it had written", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const one = await env.untilRunning("one");
  await env.end("SIGKILL");
  const instances = join(env.directory, "instances");
  const record = JSON.parse(readFileSync(join(instances, "api-1.a.json"), "utf8"));
  const gone = { ...record.holding.run, identity: { ...ownIdentity(), startTime: "1" } };
  const draft = { ...record, holding: { ...record.holding, kind: "stopping", drains: [], run: gone } };
  writeFileSync(join(instances, "api-1.a.json.4711.new"), JSON.stringify(draft));
  await env.supervise();
  expect(runIn(await env.slot())).toBe(runIn(one));
  expect(readdirSync(instances)).toEqual(["api-1.a.json"]);
});
