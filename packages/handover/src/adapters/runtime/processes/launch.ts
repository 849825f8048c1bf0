import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { accessSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { delimiter, dirname, isAbsolute, resolve } from "node:path";
import { identityOfChild } from "../../background/process-identity.ts";
import { environmentFor, type Control, type Environment } from "./environment.ts";
import type { Milliseconds } from "../../../fleet/time.ts";
import { freePort, portIsFree } from "./free-ports.ts";
import { sizeOf } from "./log-file.ts";
import type { BareSpec } from "./protocol.ts";
import { releasePort } from "./port-reservation.ts";
import { runOfChild, type Run } from "./run.ts";
import type { Slot } from "./slot.ts";
import { portTakenWords, spawnWords } from "./words.ts";

export type Prepared =
  | { readonly kind: "ready"; readonly control: Control }
  | { readonly kind: "failed"; readonly why: string };

export type Launched =
  | { readonly kind: "launched"; readonly run: Run }
  | { readonly kind: "failed"; readonly why: string };

const CONTROL_PORT_HELD_MS: Milliseconds = 10_000;

/** Everything that takes time before a process is started: a port for its control listener, and that its own is free. */
export async function prepareLaunch(slot: Slot): Promise<Prepared> {
  if (!(await portIsFree(slot.port))) return { kind: "failed", why: portTakenWords(slot.port) };
  const port = await freePort(slot.around.promised);
  // The service holds it itself as soon as it listens; one that never does must not keep it for ever.
  setTimeout(() => releasePort(port), CONTROL_PORT_HELD_MS).unref();
  const token = randomBytes(24).toString("base64url");
  return { kind: "ready", control: { address: `127.0.0.1:${port}`, token } };
}

/**
 * Starts a process as a session of its own that writes to the slot's log by itself, so that it goes on without us.
 * The control address is written down before the process exists, and `onStart` is called in the same turn in which it
 * does: whatever moment we are killed in, the next supervisor finds it.
 */
export async function launch(
  slot: Slot,
  spec: BareSpec,
  environment: Environment,
  control: Control,
  onStart: (run: Run) => void,
): Promise<Launched> {
  if (!existsSync(spec.directory)) {
    return { kind: "failed", why: `the directory of ${spec.release} is gone: ${spec.directory}` };
  }
  const place = { slot: slot.key, port: slot.port, release: spec.release, control };
  const full = environmentFor(environment, place);
  const logFrom = sizeOf(slot.log);
  slot.save(control.address);
  const child = spawnInto(slot, spec, full);
  if (child instanceof Error || child.pid === undefined) {
    const [error]: unknown[] = child instanceof Error ? [child] : await once(child, "error");
    slot.save(null);
    return { kind: "failed", why: whyNotStarted(error, spec, full["PATH"] ?? "") };
  }
  child.on("error", () => undefined);
  child.unref();
  const identity = identityOfChild(child.pid);
  const run = runOfChild(child, { identity, spec, environment: full, control, logFrom });
  onStart(run);
  slot.around.say(`${slot.key}: started ${spec.release} as process ${child.pid}`);
  return { kind: "launched", run };
}

/** An error where the arguments themselves are impossible; its text is not used, for it repeats them. */
function spawnInto(slot: Slot, spec: BareSpec, environment: Environment): ChildProcess | Error {
  const log = openLog(slot);
  const output = log ?? "ignore";
  try {
    const [program, ...args] = spec.command;
    return spawn(program, args, {
      cwd: spec.directory,
      env: { ...environment },
      detached: true,
      stdio: ["ignore", output, output],
    });
  } catch (error) {
    return error instanceof Error ? error : new Error("unknown");
  } finally {
    if (log !== null) closeSync(log);
  }
}

/** Null where there can be no log: an instance that says nothing is better than none. */
function openLog(slot: Slot): number | null {
  try {
    mkdirSync(dirname(slot.log), { recursive: true, mode: 0o700 });
    return openSync(slot.log, "a", 0o600);
  } catch (error) {
    slot.around.say(`${slot.key}: its log could not be opened: ${String(error)}`);
    return null;
  }
}

function whyNotStarted(error: unknown, spec: BareSpec, path: string): string {
  const [program] = spec.command;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const places = program.includes("/") ? [spec.directory] : path.split(delimiter);
  const exists = places.some((place) => readable(isAbsolute(program) ? program : resolve(place, program)));
  return spawnWords(code, program, exists);
}

function readable(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}
