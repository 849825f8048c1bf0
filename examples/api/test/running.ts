import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../build.ts";

/** The service as it is deployed: its bundle, alone in a directory, as a process. */

export interface Bundle extends AsyncDisposable {
  readonly directory: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the match, once its output has one. */
  readonly said: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export async function bundled(): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), "handover-example-"));
  await bundle(join(directory, "server.js"));
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

export function run({ directory }: Bundle, environment: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, ["server.js"], {
    cwd: directory,
    env: { PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      child.emit("said");
    });
  }
  return {
    child,
    output: () => output,
    said: async (pattern) => {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        await once(child, "said", { signal: AbortSignal.timeout(10_000) });
      }
    },
    exited: once(child, "close").then(([code, signal]) => ({ code, signal })),
  };
}
