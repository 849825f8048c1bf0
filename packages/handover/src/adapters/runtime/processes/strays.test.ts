import { connect } from "node:net";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { identityOf } from "../../background/process-identity.ts";
import { systemClock } from "../../clock/system.ts";
import type { SlotView } from "./protocol.ts";
import { EnvironmentUnderTest, SERVICE } from "./test/environment-under-test.ts";

const runIn = (view: SlotView) => ("run" in view.content ? view.content.run : null);

/** A program that goes to the background in a session of its own, as a daemon does, serves there and ignores SIGTERM. */
function daemon(pidFile: string, then: string): string {
  const serving = SERVICE.replace("process.exit(0)", "{}");
  return `
    const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(serving)}], { detached: true, stdio: "ignore" });
    require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    child.unref();
    ${then}`;
}

it("a new release that goes to the background and exits does not stand in the old one's way", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  await env.start(token, env.spec("one", SERVICE));
  const one = await env.untilRunning("one");
  const pidFile = join(env.directory, "daemon.pid");
  await env.swap(token, runIn(one), env.spec("two", daemon(pidFile, "process.exit(0)")));
  const after = await env.until(({ content, failure }) => content.kind === "running" && failure !== null);
  expect(await (await fetch(`http://${after.address}/`)).text()).toBe("one");
  expect(identityOf(Number(readFileSync(pidFile, "utf8")))).toBeNull();
});

it("a stop ends also what an instance put into a session of its own, and nothing of its neighbours", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const files = ["a", "b"].map((name) => join(env.directory, `${name}.pid`));
  const [ofA, ofB] = files.map((file) => daemon(file, `setInterval(() => {}, 1000)`));
  await env.start(token, env.spec("one", ofA ?? "", { stopGraceMs: 300 }), "api-1/a");
  await env.start(token, env.spec("two", ofB ?? "", { stopGraceMs: 300 }), "api-1/b");
  await env.until(({ content }) => content.kind === "running", "api-1/b");
  const a = await env.until(({ content }) => content.kind === "running");
  await env.stop(token, runIn(a));
  await env.until(({ content }) => content.kind === "empty");
  const pids = files.map((file) => Number(readFileSync(file, "utf8")));
  expect(pids.map((pid) => identityOf(pid) !== null)).toEqual([false, true]);
});

it("a client that stays in the middle of a request does not keep the supervisor from ending", async () => {
  await using env = new EnvironmentUnderTest();
  await env.ready();
  const { pid } = await env.state();
  const stuck = [connect(env.socket), connect(env.socket)];
  await Promise.all(stuck.map((client) => once(client, "connect")));
  stuck[0]?.write("POST /logs HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
  stuck[0]?.on("error", () => undefined);
  await env.state();
  env.signal("SIGTERM");
  const deadline = systemClock.now() + 10_000;
  while (identityOf(pid) !== null && systemClock.now() < deadline) await systemClock.sleep(20);
  expect(identityOf(pid)).toBeNull();
  for (const client of stuck) client.destroy();
});
