import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { identityOf } from "../../background/process-identity.ts";
import { systemClock } from "../../clock/system.ts";
import { localLease } from "../../lease/local.ts";
import { declareSlots } from "../processes-client/supervisor-state.ts";
import { EnvironmentUnderTest, never, SERVICE } from "./test/environment-under-test.ts";
import type { SlotView } from "./protocol.ts";

const runIn = (view: SlotView) => ("run" in view.content ? view.content.run : null);
const pidIn = (view: SlotView) => Number.parseInt(runIn(view) ?? "0", 10);

it("of supervisors that are started at once one serves, and the others say who", async () => {
  await using env = new EnvironmentUnderTest();
  writeFileSync(env.socket, "");
  writeFileSync(join(env.directory, "supervisor.json"), JSON.stringify({ pid: process.pid }));
  const said = await Promise.all(Array.from({ length: 4 }, () => env.supervise()));
  const ready = said.filter(({ kind }) => kind === "ready");
  expect(ready).toHaveLength(1);
  const { pid } = await env.state();
  expect(said.filter(({ kind }) => kind === "failed")).toEqual(
    Array.from({ length: 3 }, () => ({
      kind: "failed",
      code: "taken",
      message: `process ${pid} is the supervisor of this directory already`,
    })),
  );
  expect(statSync(env.socket).mode & 0o777).toBe(0o600);
  expect(statSync(env.directory).mode & 0o777).toBe(0o700);
});

it.for(["SIGKILL", "SIGTERM"] as const)(
  "after %s to the supervisor the instances go on, and the next one adopts the same processes",
  async (signal) => {
    await using env = new EnvironmentUnderTest();
    const token = await env.ready();
    await env.start(token, env.spec("one", SERVICE));
    const before = await env.untilRunning("one");
    await env.end(signal);
    expect(await (await fetch(`http://${before.address}/`)).text()).toBe("one");
    await env.supervise();
    const after = await env.slot();
    expect(runIn(after)).toBe(runIn(before));
    expect(after).toMatchObject({ address: before.address, control: before.control });
    expect(after.content.kind === "running" && after.content.forMs).toBeGreaterThan(
      before.content.kind === "running" ? before.content.forMs : 0,
    );
    process.kill(pidIn(after), "SIGKILL");
    const again = await env.until(({ content }) => content.kind === "running" && content.restarts === 1);
    expect(runIn(again)).not.toBe(runIn(before));
  },
);

it("an adopted instance is swapped and stopped like any other, with the lease of the deploy that goes on", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const before = await env.untilRunning("one");
  await env.end("SIGKILL");
  await env.supervise();
  expect((await env.swap(token, runIn(before), env.spec("two", SERVICE))).status).toBe(202);
  const after = await env.untilRunning("two");
  expect((await env.stop(token, runIn(after))).status).toBe(202);
  await env.until(({ content }) => content.kind === "empty");
  expect(readdirSync(join(env.directory, "instances"))).toEqual([]);
});

it("a supervisor that is killed while the new release is judged: the next one judges it and finishes the swap", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const before = await env.untilRunning("one");
  const mayListen = join(env.directory, "may-listen");
  const waits = `const waiting = setInterval(() => {
    if (!require("node:fs").existsSync(${JSON.stringify(mayListen)})) return;
    clearInterval(waiting);
    ${SERVICE}
  }, 20)`;
  await env.swap(token, runIn(before), env.spec("two", waits));
  await env.until(({ control }) => control !== null && control.address !== before.control?.address);
  await env.end("SIGKILL");
  await env.supervise();
  expect((await env.slot()).content.kind).toBe("swapping");
  writeFileSync(mayListen, "");
  expect((await env.untilRunning("two")).failure).toBeNull();
});

it("... and puts the old one back, with its secrets, if the new one fails then", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE, { environment: { PASSWORD: "s3cret" } }));
  const before = await env.untilRunning("one");
  await env.swap(token, runIn(before), env.spec("two", "setTimeout(() => process.exit(1), 1200)"));
  await env.until(({ control }) => control !== null && control.address !== before.control?.address);
  await env.end("SIGKILL");
  await env.supervise();
  const after = await env.untilRunning("one");
  expect(after.failure).toMatchObject({ release: "two", by: token });
  expect(readFileSync(`/proc/${pidIn(after)}/environ`, "utf8")).toContain("PASSWORD=s3cret");
});

it("a supervisor that is killed while the old release ends: the next one starts it again", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const slowEnd = SERVICE.replace("process.exit(0)", "setTimeout(process.exit, 500)");
  await env.start(token, env.spec("one", slowEnd, { environment: { PASSWORD: "s3cret" } }));
  const before = await env.untilRunning("one");
  await env.swap(token, runIn(before), env.spec("two", SERVICE));
  await env.end("SIGKILL");
  await gone(pidIn(before));
  await env.supervise();
  const after = await env.untilRunning("one");
  expect(after.failure).toMatchObject({ release: "two", why: expect.stringMatching(/supervisor was ended/) });
  expect(readFileSync(`/proc/${pidIn(after)}/environ`, "utf8")).toContain("PASSWORD=s3cret");
  expect(envelopes(env.directory)).toEqual([]);
});

it("... also when it has not quite ended yet, without ending what still serves", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const mayEnd = join(env.directory, "may-end");
  const ended = `setInterval(() => require("node:fs").existsSync(${JSON.stringify(mayEnd)}) && process.exit(0), 20)`;
  await env.start(token, env.spec("one", SERVICE.replace("process.exit(0)", ended)));
  const before = await env.untilRunning("one");
  await env.swap(token, runIn(before), env.spec("two", SERVICE));
  await env.end("SIGKILL");
  await env.supervise();
  expect(runIn(await env.slot())).toBe(runIn(before));
  writeFileSync(mayEnd, "");
  const after = await env.until(({ content }) => content.kind === "running" && content.restarts === 1);
  expect(after.content).toMatchObject({ release: "one" });
});

it("whatever moment of a swap a supervisor is killed in, something runs there again", async () => {
  await using env = new EnvironmentUnderTest();
  await env.supervise();
  const token = await env.lease();
  const ids = Array.from({ length: 8 }, (_, n) => `api-${n + 1}`);
  const declared = ids.map((id) => ({ id, slots: ["a"] as const }));
  const slots = (await declareSlots(env.socket, token, declared, never())).map(({ slot }) => slot);
  const slowEnd = SERVICE.replace("process.exit(0)", "setTimeout(process.exit, 60)");
  const one = env.spec("one", slowEnd);
  const two = env.spec("two", SERVICE);
  await Promise.all(slots.map((slot) => env.start(token, one, slot)));
  for (const slot of slots) await env.until(({ content }) => content.kind === "running", slot);
  for (const view of (await env.state()).slots) {
    const order = { token, notAfterMs: 5_000, slot: view.slot, run: runIn(view), drains: [], spec: two };
    expect((await env.ask("POST", "/swap", order)).status).toBe(202);
    await systemClock.sleep(30);
  }
  await env.end("SIGKILL");
  await env.supervise();
  const releases: string[] = [];
  for (const slot of slots) {
    const view = await env.until(({ content }) => content.kind === "running", slot);
    releases.push(await (await fetch(`http://${view.address}/`)).text());
  }
  expect(releases.every((release) => release === "one" || release === "two")).toBe(true);
});

it("a stop that a killed supervisor had begun is finished by the next one", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE.replace("process.exit(0)", "1"), { stopGraceMs: 800 }));
  const before = await env.untilRunning("one");
  await env.stop(token, runIn(before));
  await env.end("SIGKILL");
  await env.supervise();
  await env.until(({ content }) => content.kind === "empty");
  expect(identityOf(pidIn(before))).toBeNull();
});

it("a start that a killed supervisor had begun is judged by the next one", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", `setTimeout(() => {${SERVICE}}, 1000)`));
  const before = await env.slot();
  await env.end("SIGKILL");
  await env.supervise();
  expect(runIn(await env.untilRunning("one"))).toBe(runIn(before));
});

it("SIGTERM lets a swap under way be finished first", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const before = await env.untilRunning("one");
  await env.swap(token, runIn(before), env.spec("two", `setTimeout(() => {${SERVICE}}, 300)`));
  await env.end("SIGTERM");
  expect(await (await fetch(`http://${before.address}/`)).text()).toBe("two");
  await env.supervise();
  expect((await env.slot()).content).toMatchObject({ kind: "running", release: "two" });
});

it("an instance that exits is started again with a growing back-off, until it is stopped", async () => {
  await using env = new EnvironmentUnderTest({ backOffMs: 100, backOffLimitMs: 5_000 });
  const token = await env.ready();
  const once = `if (require("node:fs").existsSync("broken")) { console.log(Date.now()); process.exit(9) } ${SERVICE}`;
  const spec = env.spec("one", once);
  await env.start(token, spec);
  const first = await env.untilRunning("one");
  process.kill(pidIn(first), "SIGKILL");
  const second = await env.until(({ content }) => content.kind === "running" && content.restarts === 1);
  writeFileSync(join(spec.directory, "broken"), "");
  process.kill(pidIn(second), "SIGKILL");
  const exited = await env.until(({ content }) => content.kind === "exited" && content.restarts >= 4);
  expect(exited.content).toMatchObject({
    release: "one",
    why: expect.stringMatching(/^exited with status 9/),
  });
  const { body } = await env.ask("POST", "/logs", { slot: "api-1/a", lines: 10 });
  const [one = 0, two = 0] = (body as { lines: string[] }).lines.map(Number);
  expect(two - one).toBeGreaterThan(350);
  expect((await env.stop(token, null)).status).toBe(202);
  expect((await env.slot()).content.kind).toBe("empty");
  await systemClock.sleep(300);
  expect((await env.slot()).content.kind).toBe("empty");
  expect(envelopes(env.directory)).toEqual([]);
});

it("a while of health makes the back-off begin anew", async () => {
  await using env = new EnvironmentUnderTest({ backOffMs: 300, backOffLimitMs: 20_000, backOffResetMs: 100 });
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const waits: number[] = [];
  for (let restarts = 1; restarts <= 3; restarts += 1) {
    const view = await env.until(
      ({ content }) => content.kind === "running" && content.restarts === restarts - 1 && content.forMs > 150,
    );
    const began = systemClock.now();
    process.kill(pidIn(view), "SIGKILL");
    await env.until(({ content }) => content.kind === "starting");
    waits.push(systemClock.now() - began);
  }
  expect(waits.every((ms) => ms > 250 && ms < 1_000)).toBe(true);
});

it("a process whose pid a killed supervisor could not write down any more is ended by the next one", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const { environment, ...spec } = env.spec("one", "setInterval(() => {}, 1000)", {
    environment: { HANDOVER_CONTROL: "127.0.0.1:29999", HANDOVER_INSTANCE: "api-1" },
  });
  await env.end("SIGKILL");
  const [program, ...args] = spec.command;
  const stray = spawn(program, args, {
    cwd: spec.directory,
    env: environment,
    detached: true,
    stdio: "ignore",
  });
  const holding = { kind: "starting", run: null, spec, by: token, restarts: 0, since: 0 };
  const record = {
    slot: "api-1/a",
    failure: null,
    orderedBy: token,
    previous: null,
    launching: "127.0.0.1:29999",
    holding,
  };
  writeFileSync(join(env.directory, "instances", "api-1.a.json"), JSON.stringify(record));
  const ended = new Promise((resolve) => stray.once("exit", (_, signal) => resolve(signal)));
  await env.supervise();
  expect(await ended).toBe("SIGKILL");
  expect(await env.slot()).toMatchObject({
    content: { kind: "empty" },
    failure: { release: "one", by: token },
  });
});

it("a release can be started or swapped in where another one keeps exiting", async () => {
  await using env = new EnvironmentUnderTest({ backOffMs: 20_000, backOffLimitMs: 20_000 });
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  process.kill(pidIn(await env.untilRunning("one")), "SIGKILL");
  await env.until(({ content }) => content.kind === "exited");
  expect((await env.swap(token, null, env.spec("two", SERVICE))).status).toBe(202);
  process.kill(pidIn(await env.untilRunning("two")), "SIGKILL");
  await env.until(({ content }) => content.kind === "exited");
  expect((await env.start(token, env.spec("three", SERVICE))).status).toBe(202);
  await env.untilRunning("three");
});

it("a log that has grown too long is rotated while the instance goes on writing, and three files are kept", async () => {
  await using env = new EnvironmentUnderTest({ logLimitBytes: 20_000, tidyEveryMs: 50 });
  const token = await env.ready();
  const chatty = `${SERVICE} let n = 0; setInterval(() => console.log("x".repeat(1000) + n++), 2);`;
  await env.start(token, env.spec("one", chatty));
  await env.untilRunning("one");
  const logs = () => readdirSync(join(env.directory, "logs")).toSorted();
  const deadline = systemClock.now() + 10_000;
  while (logs().length < 3 && systemClock.now() < deadline) await systemClock.sleep(50);
  await systemClock.sleep(300);
  expect(logs()).toEqual(["api-1.a.log", "api-1.a.log.1", "api-1.a.log.2"]);
  expect(statSync(join(env.directory, "logs", "api-1.a.log")).size).toBeLessThan(200_000);
});

it("secrets are in no file, no argument and no answer, whatever happens", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const environment = { PASSWORD: "s3cret-value" };
  await env.start(token, env.spec("one", SERVICE, { environment }));
  const one = await env.untilRunning("one");
  await env.swap(
    token,
    runIn(one),
    env.spec("two", "setTimeout(() => process.exit(1), 300)", { environment }),
  );
  await env.until(({ content }) => content.kind === "swapping");
  const found = [grep(env.directory, "s3cret-value")];
  expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain("s3cret-value");
  await env.untilRunning("one");
  found.push(grep(env.directory, "s3cret-value"));
  await env.ask("POST", "/start", {
    token,
    spec: { ...env.spec("x", ""), environment: { A: 5, B: "s3cret-value" } },
  });
  expect(JSON.stringify((await env.ask("GET", "/state")).body)).not.toContain("s3cret-value");
  expect(found).toEqual([[], []]);
});

it("down ends every instance gracefully, then the supervisor, and leaves no socket", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE), "api-1/a");
  await env.start(token, env.spec("two", `setTimeout(() => {${SERVICE}}, 5000)`), "api-1/b");
  const a = await env.untilRunning("one");
  const b = await env.slot("api-1/b");
  const { pid } = await env.state();
  expect((await env.ask("POST", "/down", { token: "other" })).status).toBe(409);
  expect((await env.ask("POST", "/down", { token })).status).toBe(202);
  await gone(pid);
  expect([identityOf(pidIn(a)), identityOf(pidIn(b))]).toEqual([null, null]);
  expect(readdirSync(env.directory)).not.toContain("supervisor.sock");
  expect(readdirSync(join(env.directory, "instances"))).toEqual([]);
});

it("ports stay with their slots, and those of removed slots are kept and answered while something runs there", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const declare = (ids: string[]) =>
    declareSlots(
      env.socket,
      token,
      ids.map((id) => ({ id, slots: ["a", "b"] as const })),
      never(),
    );
  const first = await declare(["api-1", "api-2"]);
  expect(new Set(first.map(({ port }) => port)).size).toBe(4);
  expect(first.every(({ port }) => port >= 20_000 && port < 30_000)).toBe(true);
  await env.start(token, env.spec("one", SERVICE));
  const view = await env.untilRunning("one");
  await declare(["api-2"]);
  const slots = (await env.state()).slots.map(({ slot }) => slot);
  expect(slots.toSorted()).toEqual(["api-1/a", "api-2/a", "api-2/b"]);
  await env.end("SIGKILL");
  await env.supervise();
  const answered = (await declare(["api-2"])).toSorted((one, other) => one.slot.localeCompare(other.slot));
  expect(answered).toEqual(first.filter(({ slot }) => slot !== "api-1/b"));
  await env.stop(token, runIn(view));
  await env.until(({ content }) => content.kind === "empty");
  expect(await declare(["api-2"])).toEqual(first.slice(2));
  expect((await env.state()).slots.map(({ slot }) => slot)).toEqual(["api-2/a", "api-2/b"]);
});

it("a slot whose port a stranger has taken while nothing ran there gets another with the next declaration", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const declare = () => declareSlots(env.socket, token, [{ id: "api-1", slots: ["a", "b"] }], never());
  const [a, b] = await declare();
  const stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(b!.port, "127.0.0.1", resolve));
  const [sameA, otherB] = (await declare()).toSorted((one, other) => one.slot.localeCompare(other.slot));
  expect(sameA).toEqual(a);
  expect(otherB!.port).not.toBe(b!.port);
  await env.ask("POST", "/start", {
    token,
    notAfterMs: 5_000,
    slot: "api-1/b",
    spec: env.spec("one", SERVICE),
  });
  const running = await env.until(({ content }) => content.kind === "running", "api-1/b");
  expect(running.address).toBe(`127.0.0.1:${otherB!.port}`);
  stranger.close();
});

it("a supervisor whose directory was removed ends by itself", async () => {
  await using env = new EnvironmentUnderTest({ tidyEveryMs: 50 });
  await env.supervise();
  const { pid } = await env.state();
  for (const name of readdirSync(env.directory)) {
    if (name.startsWith("supervisor.claim")) rmSync(join(env.directory, name));
  }
  await gone(pid);
  expect(identityOf(pid)).toBeNull();
});

it("the lease is one holder's until it is released, expires, or its process has gone", async () => {
  await using env = new EnvironmentUnderTest();
  await env.supervise();
  const ours = localLease(env.socket);
  const passerBy = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
  const theirs = localLease(env.socket, identityOf(passerBy.pid!)!);
  const held = await ours.acquire(60_000, never());
  if (held.kind !== "held") throw new Error("taken");
  expect(await theirs.acquire(60_000, never())).toMatchObject({
    kind: "taken",
    holder: { pid: process.pid },
  });
  expect(await ours.renew(held.token, 3_000, never())).toBe(true);
  await env.end("SIGKILL");
  await env.supervise();
  expect(await theirs.acquire(60_000, never())).toMatchObject({ kind: "taken" });
  await systemClock.sleep(3_000);
  expect(await ours.renew(held.token, 60_000, never())).toBe(false);
  expect(await theirs.acquire(60_000, never())).toMatchObject({ kind: "held" });
  expect(await ours.acquire(60_000, never())).toMatchObject({ kind: "taken", holder: { pid: passerBy.pid } });
  const ended = new Promise((resolve) => passerBy.once("exit", resolve));
  passerBy.kill("SIGKILL");
  await ended;
  const again = await ours.acquire(60_000, never());
  if (again.kind !== "held") throw new Error("taken");
  await ours.release(again.token, never());
  await ours.release(again.token, never());
  expect((await env.state()).lease).toBeNull();
});

function grep(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), "utf8").includes(text),
    )
    .map(({ name }) => name);
}

/** Processes that keep an environment of an instance below this directory. */
function envelopes(directory: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("/bin/sleep\x003600") &&
        readFileSync(`/proc/${pid}/environ`, "utf8").includes(directory)
      );
    } catch {
      return false;
    }
  });
}

async function gone(pid: number): Promise<void> {
  const deadline = systemClock.now() + 10_000;
  while (identityOf(pid) !== null) {
    if (systemClock.now() > deadline) throw new Error(`${pid} still runs`);
    await systemClock.sleep(10);
  }
}
