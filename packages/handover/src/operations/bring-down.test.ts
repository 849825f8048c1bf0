import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readParsed } from "../adapters/background/atomic-file.ts";
import { endProcess, gone } from "../adapters/background/end-process.ts";
import {
  identityOf,
  lives,
  processIdentitySchema,
  signalProcess,
  type ProcessIdentity,
} from "../adapters/background/process-identity.ts";
import { systemClock } from "../adapters/clock/system.ts";
import { controlRequest } from "../adapters/control/control-request.ts";
import { declareSlots, supervisorState } from "../adapters/runtime/processes-client/supervisor-state.ts";
import { chooseEnvironment } from "../config/choose-environment.ts";
import { parseConfiguration } from "../config/parse.ts";
import { instanceId } from "../fleet/ids.ts";
import { localEnvironment, type LocalEnvironment } from "../main.ts";
import { bringDown } from "./bring-down.ts";
import { bringUpSupervisor } from "./bring-up.ts";
import { takeLease } from "./take-lease.ts";

const TEXT = `
service: api
environments:
  local:
    processes: { directory: ., command: node main.cjs, instances: 1 }
    listen: 127.0.0.1:8080
`;

/** An environment in a directory of its own, of which only the supervisor is started. */
class Supervised implements AsyncDisposable {
  readonly #directory: string = mkdtempSync(join(tmpdir(), "ho-"));
  readonly local: LocalEnvironment = this.#open();
  readonly signal: AbortSignal = AbortSignal.timeout(25_000);
  #instance: ProcessIdentity | null = null;

  #open(): LocalEnvironment {
    const path = join(this.#directory, "handover.yaml");
    const parsed = parseConfiguration({ file: path, text: TEXT });
    if (parsed.kind === "invalid") throw new Error(parsed.diagnostics[0].message);
    const environment = chooseEnvironment(parsed.configuration, undefined);
    return localEnvironment({ path }, environment, { HANDOVER_STATE_DIR: this.#directory });
  }

  identity(name: "supervisor" | "balancer") {
    return readParsed(join(this.local.store, `${name}.json`), processIdentitySchema);
  }

  /** Starts a supervisor and one instance; returns the instance's process. */
  async instance() {
    const { local, signal } = this;
    await bringUpSupervisor(local, signal);
    const token = await takeLease(local.lease, systemClock, signal, () => undefined);
    const declared = [{ id: instanceId("api-1"), slots: ["a"] as const }];
    await declareSlots(local.supervisorSocket, token, declared, signal);
    const spec = {
      release: "one",
      directory: this.#directory,
      command: [
        process.execPath,
        "-e",
        `require("node:http").createServer((q, r) => r.end()).listen(process.env.PORT, "127.0.0.1")`,
      ],
      environment: {},
      health: { path: "/", timeoutMs: 500 },
      startDeadlineMs: 10_000,
      stopGraceMs: 2_000,
      longestRequestMs: 1_000,
    };
    const body = { token, notAfterMs: 5_000, slot: "api-1/a", spec };
    const at = `unix:${local.supervisorSocket}` as const;
    await controlRequest({ at, method: "POST", path: "/start", body, deadlineMs: 5_000 }, signal);
    for (;;) {
      const [slot] = (await supervisorState(local.supervisorSocket, signal)).slots;
      if (slot?.content.kind === "running") {
        await local.lease.release(token, signal);
        this.#instance = identityOf(Number.parseInt(slot.content.run, 10));
        return this.#instance!;
      }
      await systemClock.sleep(20, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const supervisor = this.identity("supervisor");
    if (supervisor !== null) await endProcess(supervisor, 5_000, this.signal);
    if (this.#instance !== null) signalProcess(this.#instance, "SIGKILL");
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

test("down ends the instances also when their supervisor was killed, and leaves nothing running", async () => {
  await using env = new Supervised();
  const instance = await env.instance();
  const supervisor = env.identity("supervisor")!;
  signalProcess(supervisor, "SIGKILL");
  await gone(supervisor, 5_000, env.signal);
  expect(lives(instance)).toBe(true);
  expect(await bringDown(env.local, env.signal)).toEqual(["supervisor and instances"]);
  expect(lives(instance)).toBe(false);
  expect(env.identity("supervisor")).toBeNull();
  expect(readdirSync(join(env.local.store, "instances"))).toEqual([]);
});

test("down ends a load balancer that is too busy to answer, and leaves a process alone that only has its number", async () => {
  await using env = new Supervised();
  mkdirSync(env.local.store, { recursive: true });
  const record = join(env.local.store, "balancer.json");
  writeFileSync(record, JSON.stringify({ ...identityOf(process.pid), startTime: "1" }));
  expect(await bringDown(env.local, env.signal)).toEqual([]);
  const busy = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
  writeFileSync(record, JSON.stringify(identityOf(busy.pid!)));
  expect(await bringDown(env.local, env.signal)).toEqual(["balancer"]);
  expect(identityOf(busy.pid!)).toBeNull();
});
