import { request } from "node:http";
import type { Instant, Milliseconds } from "../../../fleet/time.ts";
import { machineClock } from "../../clock/system.ts";
import type { Run } from "./run.ts";
import { exitWords, unhealthyWords, type Refusal } from "./words.ts";

export type Verdict =
  | { readonly kind: "passed"; readonly startUpMs: Milliseconds }
  | { readonly kind: "failed"; readonly why: string };

/**
 * Asks a new run's health path, each time over a fresh connection, until it passes, exits or its start deadline is over.
 * Rejects with the signal's reason when the judgement is called off.
 */
export async function judge(
  run: Run,
  port: number,
  everyMs: Milliseconds,
  signal: AbortSignal,
): Promise<Verdict> {
  const { health, startDeadlineMs } = run.spec;
  const deadline: Instant = run.startedAt + startDeadlineMs;
  const over = new AbortController();
  void run.exit.then(() => over.abort(new Error("exited")));
  const both = AbortSignal.any([signal, over.signal]);
  let last: Refusal | null = null;
  for (;;) {
    const answer = await ask(port, health.path, health.timeoutMs, both);
    signal.throwIfAborted();
    const exit = run.ended();
    if (exit !== null) return { kind: "failed", why: exitWords(exit) };
    if (answer === "passed") return { kind: "passed", startUpMs: machineClock.now() - run.startedAt };
    if (answer !== null) last = answer;
    const left = deadline - machineClock.now();
    if (left <= 0) return { kind: "failed", why: unhealthyWords(health.path, startDeadlineMs, last) };
    await machineClock.sleep(Math.min(everyMs, left), both).catch(() => undefined);
  }
}

/** One request to the health path; null when it was called off. Any status from 200 to 399 passes, as balancers have it. */
function ask(
  port: number,
  path: string,
  timeoutMs: Milliseconds,
  signal: AbortSignal,
): Promise<"passed" | Refusal | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const sent = request({
      host: "127.0.0.1",
      port,
      path,
      headers: { "handover-probe": "start", connection: "close" },
      agent: false,
      signal: AbortSignal.any([signal, deadline]),
    });
    sent.once("response", (response) => {
      const status = response.statusCode ?? 0;
      response.on("error", () => undefined);
      response.resume();
      resolve(status >= 200 && status < 400 ? "passed" : { kind: "status", status });
    });
    sent.on("error", (error) => {
      if (signal.aborted) resolve(null);
      else if (deadline.aborted) resolve({ kind: "silent", timeoutMs });
      else resolve({ kind: "broken", code: "code" in error ? String(error.code) : error.message });
    });
    sent.end();
  });
}
