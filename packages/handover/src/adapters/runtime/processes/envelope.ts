import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import {
  identityOfChild,
  lives,
  signalProcess,
  type ProcessIdentity,
} from "../../background/process-identity.ts";
import { configuredPart, environmentOf, type Environment } from "./environment.ts";

/** Longer than any swap, and short enough that one which nobody opens does not stay. */
const SECONDS = 3_600;

/**
 * Keeps an environment outside of the supervisor while nothing runs with it (during a swap, or a back-off): a sleeping
 * process that has it. If the supervisor is killed, the next one reads it from there, and no secret was in a file.
 * Null where that is not possible; then an interrupted swap cannot be put back by the next supervisor.
 */
export function seal(environment: Environment): ProcessIdentity | null {
  const sleep = ["/bin/sleep", "/usr/bin/sleep"].find((path) => existsSync(path));
  if (sleep === undefined || process.platform !== "linux") return null;
  try {
    const holder = spawn(sleep, [String(SECONDS)], {
      detached: true,
      stdio: "ignore",
      cwd: "/",
      // Not the token of the run: what has that belongs to it, and is ended with it.
      env: { ...configuredPart(environment) },
    });
    holder.once("error", () => undefined);
    holder.unref();
    return holder.pid === undefined ? null : identityOfChild(holder.pid);
  } catch {
    // The machine has no room for another process.
    return null;
  }
}

/** What is kept there; null when its holder has gone. */
export function unseal(envelope: ProcessIdentity | null): Environment | null {
  return envelope !== null && lives(envelope) ? environmentOf(envelope.pid) : null;
}

/** Safe to repeat: one that has gone stays gone. */
export function discard(envelope: ProcessIdentity | null): void {
  if (envelope !== null) signalProcess(envelope, "SIGKILL");
}
