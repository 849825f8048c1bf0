import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { DrainRef } from "../../../../fleet/drain-state.ts";
import { releaseName, type LeaseToken, type RunId } from "../../../../fleet/ids.ts";
import type { SlotKey } from "../../../../fleet/instance.ts";
import { endProcess } from "../../../background/end-process.ts";
import { entryPoint } from "../../../background/entry-point.ts";
import { identityOf, signalGroup, type ProcessIdentity } from "../../../background/process-identity.ts";
import { parseReadyLine, type ReadyLine } from "../../../background/ready-line.ts";
import { controlRequest, type ControlAnswer } from "../../../control/control-request.ts";
import { systemClock } from "../../../clock/system.ts";
import { localLease } from "../../../lease/local.ts";
import { declareSlots, supervisorState } from "../../processes-client/supervisor-state.ts";
import type { SlotView, Spec } from "../protocol.ts";
import type { Timings } from "../timings.ts";

/** A directory with supervisors that a test starts, kills and starts again; disposing leaves nothing running. */
export class EnvironmentUnderTest implements AsyncDisposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), "ho-"));
  readonly socket: string = join(this.directory, "supervisor.sock");
  readonly #timings: Partial<Timings>;
  /** Where supervisors write what they do: a file, as it is for those that a deploy starts. */
  readonly #log: number = openSync(join(this.directory, "said.txt"), "a");
  readonly #children: ChildProcess[] = [];
  readonly #seen: ProcessIdentity[] = [];

  constructor(timings: Partial<Timings> = {}) {
    this.#timings = { backOffMs: 50, backOffLimitMs: 200, probeEveryMs: 20, watchEveryMs: 20, ...timings };
  }

  /** Starts one more supervisor and returns what it says. */
  async supervise(): Promise<ReadyLine> {
    const { file, execArgv } = entryPoint("supervisor");
    const args = ["--directory", this.directory, "--timings", JSON.stringify(this.#timings)];
    const child = spawn(process.execPath, [...execArgv, file, ...args], {
      stdio: ["ignore", "pipe", this.#log],
      detached: true,
    });
    this.#children.push(child);
    const line = await new Promise<string>((resolve) => {
      createInterface({ input: child.stdout! })
        .once("line", resolve)
        .once("close", () => resolve(""));
    });
    const said = parseReadyLine(line);
    if (said === null) throw new Error(`the supervisor said: ${line}`);
    return said;
  }

  /** Kills or ends the supervisor that serves, and waits until it has gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { pid } = await this.state();
    await this.#note();
    const child = this.#children.find((each) => each.pid === pid)!;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await exited;
  }

  signal(signal: NodeJS.Signals): void {
    for (const child of this.#children) child.kill(signal);
  }

  async lease(ttlMs = 60_000): Promise<LeaseToken> {
    const acquired = await localLease(this.socket).acquire(ttlMs, never());
    if (acquired.kind === "taken") throw new Error("the lease is taken");
    return acquired.token;
  }

  /** A lease and the slots api-1/a and api-1/b. */
  async ready(): Promise<LeaseToken> {
    await this.supervise();
    const token = await this.lease();
    await declareSlots(this.socket, token, [{ id: "api-1", slots: ["a", "b"] }], never());
    return token;
  }

  async ask(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<ControlAnswer> {
    const answer = await controlRequest(
      { at: `unix:${this.socket}`, method, path, body, deadlineMs: 10_000 },
      never(),
    );
    if (answer.kind !== "answer") throw new Error(`${method} ${path}: ${answer.why}`);
    return answer;
  }

  start(token: LeaseToken, spec: Spec, slot: SlotKey = "api-1/a"): Promise<ControlAnswer> {
    return this.ask("POST", "/start", { token, notAfterMs: 5_000, slot, spec });
  }

  stop(token: LeaseToken, run: RunId | null, drains: DrainRef[] = []): Promise<ControlAnswer> {
    return this.ask("POST", "/stop", { token, notAfterMs: 5_000, slot: "api-1/a", run, drains });
  }

  swap(token: LeaseToken, run: RunId | null, spec: Spec, drains: DrainRef[] = []): Promise<ControlAnswer> {
    return this.ask("POST", "/swap", { token, notAfterMs: 5_000, slot: "api-1/a", run, drains, spec });
  }

  state(): ReturnType<typeof supervisorState> {
    return supervisorState(this.socket, never());
  }

  async slot(slot: SlotKey = "api-1/a"): Promise<SlotView> {
    const state = await this.state();
    return state.slots.find((each) => each.slot === slot)!;
  }

  /** Waits until a slot is as asked for. */
  async until(what: (slot: SlotView) => boolean, slot: SlotKey = "api-1/a"): Promise<SlotView> {
    const deadline = systemClock.now() + 10_000;
    for (;;) {
      const view = await this.slot(slot);
      if (what(view)) return view;
      if (systemClock.now() > deadline) throw new Error(`still ${JSON.stringify(view)}`);
      await systemClock.sleep(10);
    }
  }

  untilRunning(release: string): Promise<SlotView> {
    return this.until(({ content }) => content.kind === "running" && content.release === release);
  }

  /** A release whose program is this text of JavaScript, in a directory of its own. */
  spec(release: string, program: string, more: Partial<Spec> = {}): Spec {
    const directory = join(this.directory, "releases", release, "files");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "main.cjs"), program);
    return {
      release: releaseName(release),
      directory,
      command: [process.execPath, "main.cjs"],
      environment: {},
      health: { path: "/health", timeoutMs: 500 },
      startDeadlineMs: 5_000,
      stopGraceMs: 2_000,
      longestRequestMs: 1_000,
      ...more,
    };
  }

  /** The processes of the instances and of envelopes, from the records and the state. */
  async #note(): Promise<void> {
    const { slots } = await this.state().catch(() => ({ slots: [] }));
    const pids = slots.flatMap(({ content }) => ("run" in content ? [Number.parseInt(content.run, 10)] : []));
    this.#seen.push(...pids.map((pid) => identityOf(pid)).filter((one) => one !== null));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGCONT");
    await this.#note();
    const serving = await this.state().catch(() => null);
    if (serving !== null) {
      const token = tokenIn(join(this.directory, "lease.json")) ?? (await this.lease());
      const renewed = await this.ask("PUT", `/lease/${token}`, { ttlMs: 60_000 });
      const valid = renewed.status === 204 ? token : await this.lease();
      const identity = identityOf(serving.pid);
      await this.ask("POST", "/down", { token: valid });
      if (identity !== null) await waitGone(identity);
    }
    for (const child of this.#children) child.kill("SIGKILL");
    for (const identity of this.#seen) {
      signalGroup(identity, "SIGKILL");
      await endProcess(identity, 1_000, never());
    }
    closeSync(this.#log);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function waitGone(identity: ProcessIdentity): Promise<void> {
  const deadline = systemClock.now() + 8_000;
  while (identityOf(identity.pid) !== null && systemClock.now() < deadline) await systemClock.sleep(20);
}

function tokenIn(path: string): string | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")).token;
  } catch {
    return null;
  }
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

/** A service that answers 200 on every path, with its release, and ends at once when told. */
export const SERVICE = `
require("node:http").createServer((q, r) => r.end(process.env.HANDOVER_RELEASE)).listen(process.env.PORT, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;
