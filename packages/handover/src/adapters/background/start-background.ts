import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { HandoverError } from "../../errors/handover-error.ts";
import type { Milliseconds } from "../../fleet/time.ts";
import { systemClock } from "../clock/system.ts";
import type { EntryPoint } from "./entry-point.ts";
import { inheritedEnvironment } from "./inherited-environment.ts";
import { parseReadyLine, type ReadyLine } from "./ready-line.ts";

export interface BackgroundStart {
  readonly entry: EntryPoint;
  readonly args: readonly string[];
  /** Its standard error is appended here. */
  readonly log: string;
  /** How long it may take to say that it is ready; 10 s unless given. */
  readonly deadlineMs?: Milliseconds;
}

/**
 * Starts a process that goes on when this one has gone, and waits for the line that says whether it is ready.
 * One that says neither in time is killed. Throws a HandoverError `LOST` that names the log.
 */
export async function startBackground(start: BackgroundStart, signal: AbortSignal): Promise<ReadyLine> {
  signal.throwIfAborted();
  mkdirSync(dirname(start.log), { recursive: true, mode: 0o700 });
  const log = openSync(start.log, "a", 0o600);
  const child = spawn(process.execPath, [...start.entry.execArgv, start.entry.file, ...start.args], {
    detached: true,
    stdio: ["ignore", "pipe", log],
    // No directory is kept in use, and no secret of this command goes on with it. Started by an instance (one that runs
    // builds), it is none of what that instance leaves behind either: it has not inherited its token.
    cwd: "/",
    env: inheritedEnvironment(process.env),
  });
  closeSync(log);
  const settled = new AbortController();
  const deadlineMs = start.deadlineMs ?? 10_000;
  try {
    const first = await Promise.race([
      firstWord(child),
      systemClock
        .sleep(deadlineMs, AbortSignal.any([signal, settled.signal]))
        .then(() => `it did not say that it is ready within ${deadlineMs / 1_000} s`),
    ]);
    if (typeof first !== "string") return first;
    child.kill("SIGKILL");
    throw new HandoverError("LOST", `A background process could not be started: ${first}.`, {
      next: `Read ${start.log}.`,
    });
  } catch (error) {
    if (signal.aborted) child.kill("SIGKILL");
    throw error;
  } finally {
    settled.abort();
    child.stdout?.destroy();
    child.unref();
  }
}

/** Its ready line, or why there will be none. */
function firstWord(child: ChildProcess): Promise<ReadyLine | string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    if (child.stdout === null) return resolve("it has no output");
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) =>
      resolve(parseReadyLine(line) ?? "it said something else than that it is ready"),
    );
    child.once("close", (status, killedBy) => resolve(`it ended with ${killedBy ?? `status ${status}`}`));
    return undefined;
  });
}
