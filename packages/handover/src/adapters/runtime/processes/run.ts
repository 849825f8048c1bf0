import type { ChildProcess } from "node:child_process";
import { runId, type RunId } from "../../../fleet/ids.ts";
import type { Instant } from "../../../fleet/time.ts";
import { lives, wordFor, type ProcessIdentity } from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import { controlIn, environmentOf, type Control, type Environment } from "./environment.ts";
import type { BareSpec } from "./protocol.ts";
import type { RunRecord } from "./record.ts";
import type { Exit } from "./words.ts";

/** One run of an instance: a process, from its start to its exit, over any number of supervisors. */
export interface Run {
  readonly id: RunId;
  readonly identity: ProcessIdentity;
  readonly spec: BareSpec;
  /** As it was started with; null where an adopted process does not tell. */
  readonly environment: Environment | null;
  readonly control: Control | null;
  /** On the machine's clock. */
  readonly startedAt: Instant;
  /** Where in the log its output begins, in bytes. */
  readonly logFrom: number;
  readonly exit: Promise<Exit>;
  /** How it ended; null for as long as it runs. */
  ended(): Exit | null;
}

/** The run of a child of this process. */
export function runOfChild(
  child: ChildProcess,
  about: Pick<Run, "identity" | "spec" | "environment" | "control" | "logFrom">,
): Run {
  const startedAt = machineClock.now();
  let ended: Exit | null = null;
  const exit = new Promise<Exit>((resolve) => {
    child.once("exit", (status, signal) => {
      const afterMs = machineClock.now() - startedAt;
      ended =
        signal === null
          ? { kind: "status", status: status ?? 0, afterMs }
          : { kind: "signal", signal, afterMs };
      resolve(ended);
    });
  });
  return { ...about, id: runId(wordFor(about.identity)), startedAt, exit, ended: () => ended };
}

/** A run that an earlier supervisor started; null when its process has gone. Its exit is seen by looking. */
export function adopt(record: RunRecord, watchEveryMs: number): Run | null {
  if (!lives(record.identity)) return null;
  const environment = environmentOf(record.identity.pid);
  let ended: Exit | null = null;
  const look = (): Exit | null => {
    if (ended === null && !lives(record.identity)) {
      ended = { kind: "unseen", afterMs: machineClock.now() - record.startedAt };
    }
    return ended;
  };
  const exit = watch(look, watchEveryMs);
  return {
    id: runId(wordFor(record.identity)),
    identity: record.identity,
    spec: record.spec,
    environment,
    control: controlIn(environment),
    startedAt: record.startedAt,
    logFrom: record.logFrom,
    exit,
    ended: look,
  };
}

async function watch(look: () => Exit | null, everyMs: number): Promise<Exit> {
  for (;;) {
    const exit = look();
    if (exit !== null) return exit;
    await machineClock.sleep(everyMs);
  }
}

/** What is written down of a run, so that the next supervisor finds it: never its environment. */
export function recordOfRun(run: Run): RunRecord {
  const { identity, spec, startedAt, logFrom } = run;
  return { identity, spec, startedAt, logFrom };
}
