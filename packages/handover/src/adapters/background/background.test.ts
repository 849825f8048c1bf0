import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { systemClock } from "../clock/system.ts";
import { endProcess } from "./end-process.ts";
import { entryPoint } from "./entry-point.ts";
import { identityOf, lives, signalGroup } from "./process-identity.ts";
import { answers } from "../control/control-request.ts";
import { startBackground } from "./start-background.ts";

const signal = new AbortController().signal;

function inTemp(): string {
  const directory = mkdtempSync(join(tmpdir(), "ho-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** What it takes to start a program of this text in the background. */
function program(text: string) {
  const directory = inTemp();
  const file = join(directory, "main.mjs");
  writeFileSync(file, text);
  return { entry: { file, execArgv: [] }, args: [], log: join(directory, "logs", "main.log") };
}

const READY = `console.log(JSON.stringify({ kind: "ready", pid: process.pid, generation: "1:1", socket: "/s" }));`;

it("a background process goes on after whoever started it has ended", async () => {
  const start = program(`${READY} console.error("to the log"); setInterval(() => {}, 1000);`);
  const module = JSON.stringify(new URL("./start-background.ts", import.meta.url).href);
  const starter = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `const { startBackground } = await import(${module});
     const said = await startBackground(${JSON.stringify(start)}, new AbortController().signal);
     console.log(said.pid);`,
  ]);
  let said = "";
  starter.stdout.on("data", (chunk) => (said += chunk));
  expect(await new Promise((resolve) => starter.once("close", resolve))).toBe(0);
  const identity = identityOf(Number(said))!;
  expect(lives(identity)).toBe(true);
  await endProcess(identity, 2_000, signal);
  expect(lives(identity)).toBe(false);
  expect(readFileSync(start.log, "utf8")).toBe("to the log\n");
});

it("one that ends, says something else or nothing in time is told, with its log, and killed", async () => {
  const cases = [
    ["process.exit(3)", "it ended with status 3"],
    ["console.log('hello'); setInterval(() => {}, 1000)", "it said something else than that it is ready"],
    ["setInterval(() => {}, 1000)", "it did not say that it is ready within 0.5 s"],
  ] as const;
  for (const [text, why] of cases) {
    const start = { ...program(text), deadlineMs: 500 };
    await expect(startBackground(start, signal)).rejects.toMatchObject({
      code: "LOST",
      message: `A background process could not be started: ${why}.`,
      next: `Read ${start.log}.`,
    });
  }
});

it("one that an instance starts is not taken for what that instance leaves behind", async () => {
  vi.stubEnv("HANDOVER_TOKEN", "of-the-instance");
  onTestFinished(() => void vi.unstubAllEnvs());
  const said = `{ kind: "failed", code: "broken", message: process.env.HANDOVER_TOKEN ?? "no token" }`;
  const start = program(`console.log(JSON.stringify(${said}))`);
  expect(await startBackground(start, signal)).toMatchObject({ message: "no token" });
});

it("one that says why it failed is believed", async () => {
  const said = { kind: "failed", code: "broken", message: "no room" };
  const start = program(`console.log(${JSON.stringify(JSON.stringify(said))})`);
  expect(await startBackground(start, signal)).toEqual(said);
});

it("a pid that another process has now is not ended", async () => {
  const other = spawn("/bin/sleep", ["30"], { stdio: "ignore" });
  const identity = identityOf(other.pid!)!;
  await endProcess({ ...identity, startTime: "1" }, 100, signal);
  await endProcess({ ...identity, bootId: "an earlier boot" }, 100, signal);
  expect(signalGroup({ ...identity, startTime: "1" }, 0)).toBe(false);
  expect(lives(identity)).toBe(true);
  other.kill("SIGKILL");
});

it("one that does not heed SIGTERM is killed after the grace", async () => {
  const stubborn = spawn(process.execPath, [
    "-e",
    "process.on('SIGTERM', () => {}); console.log(1); setInterval(() => {}, 1000)",
  ]);
  await new Promise((resolve) => stubborn.stdout.once("data", resolve));
  const identity = identityOf(stubborn.pid!)!;
  const began = systemClock.now();
  await endProcess(identity, 200, signal);
  expect(lives(identity)).toBe(false);
  expect(systemClock.now() - began).toBeGreaterThanOrEqual(200);
});

it("a socket that a dead process left behind does not answer", async () => {
  const path = join(inTemp(), "s.sock");
  expect(await answers(path, signal)).toBe(false);
  const server = createServer((_, response) => response.end("{}"));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await answers(path, signal)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  writeFileSync(path, "");
  expect(await answers(path, signal)).toBe(false);
});

it("entries are sources when this runs from source, and bundles beside the bundle otherwise", () => {
  expect(entryPoint("supervisor").file).toMatch(/adapters\/runtime\/processes\/main\.ts$/);
  expect(entryPoint("supervisor").execArgv).toContain("--conditions=@handover/source");
  expect(entryPoint("balancer", "file:///h/dist/handover.js")).toEqual({
    file: "/h/dist/balancer.js",
    execArgv: [],
  });
});
