import type { Milliseconds } from "../../../fleet/time.ts";

/** How a process ended. One that is not our child ends without telling its status. */
export type Exit =
  | { readonly kind: "status"; readonly status: number; readonly afterMs: Milliseconds }
  | { readonly kind: "signal"; readonly signal: string; readonly afterMs: Milliseconds }
  | { readonly kind: "unseen"; readonly afterMs: Milliseconds };

/** `80 ms`, `1.5 s`, `30 s`. */
export function lengthWords(ms: Milliseconds): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${Number((ms / 1_000).toFixed(1))} s`;
}

/** `exited with status 1 after 80 ms`. */
export function exitWords(exit: Exit): string {
  const after = `after ${lengthWords(exit.afterMs)}`;
  if (exit.kind === "status") return `exited with status ${exit.status} ${after}`;
  if (exit.kind === "signal") return `was ended by ${exit.signal} ${after}`;
  return `exited ${after}`;
}

/** What one request to the health path came to, when it did not pass. */
export type Refusal =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "silent"; readonly timeoutMs: Milliseconds }
  | { readonly kind: "broken"; readonly code: string };

/** `did not answer GET /health within 30 s: connection refused`, `GET /health answered 500 until the deadline`. */
export function unhealthyWords(path: string, deadlineMs: Milliseconds, last: Refusal | null): string {
  const silent = `did not answer GET ${path} within ${lengthWords(deadlineMs)}`;
  if (last === null) return silent;
  if (last.kind === "status") return `GET ${path} answered ${last.status} until the deadline`;
  if (last.kind === "broken") return `${silent}: ${connectionWords(last.code)}`;
  return `${silent}: no answer within ${lengthWords(last.timeoutMs)} of a request`;
}

function connectionWords(code: string): string {
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ECONNRESET" || code === "EPIPE") return "connection closed without an answer";
  return code;
}

/**
 * Why a command could not even be started. `exists` says whether its file is there: where a directory of PATH may not be
 * read, the system says EACCES of a command that is nowhere.
 */
export function spawnWords(code: string, command: string, exists: boolean): string {
  if (code === "EACCES" && exists) return `command is not executable: ${command}`;
  if (code === "ENOENT" && exists) return `command names an interpreter that does not exist: ${command}`;
  if (code === "ENOENT" || code === "EACCES") return `command not found: ${command}`;
  if (code === "E2BIG") return `command and environment are too long: ${command}`;
  return `command could not be started (${code}): ${command}`;
}

export function portTakenWords(port: number): string {
  return `port ${port} is taken: something else listens there`;
}
