import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A service in a process of its own, for what happens to processes: SIGTERM and exit. */
export interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly controlPort: number;
  /** Everything that it has said on both outputs. */
  readonly output: () => string;
  /** Resolves when its output matches. */
  readonly said: (pattern: RegExp) => Promise<void>;
  /** Status and signal, once it has exited. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export async function start(
  service: "plain.ts" | "one-answer.ts" | "fastify.ts",
  environment: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const file = fileURLToPath(new URL(`services/${service}`, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@handover/source", file], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      child.emit("said");
    });
  }
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(output)) await once(child, "said", { signal: AbortSignal.timeout(10_000) });
  };
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  await said(/^port \d+ \d+$/m);
  const [port = 0, controlPort = 0] = /^port (\d+) (\d+)$/m.exec(output)?.slice(1).map(Number) ?? [];
  return { child, port, controlPort, output: () => output, said, exited };
}
