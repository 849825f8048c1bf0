/**
 * The background process of the embedded load balancer: `main.ts --directory DIR --listen HOST:PORT`.
 * One line of JSON on stdout says whether it is ready; then it serves until SIGTERM.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Milliseconds } from "../../../fleet/time.ts";
import type { TableOrder } from "./control-contract.ts";
import { startEmbeddedBalancer } from "./embedded-balancer.ts";
import { claim } from "../../background/claim.ts";
import { ownIdentity, wordFor } from "../../background/process-identity.ts";

/** What is in flight has this long to finish after SIGTERM. */
const GRACE_MS: Milliseconds = 10_000;

// Whoever started it may have gone, and nobody may be reading.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
// Last resort: one request's surprise must not end all others. It stands in balancer.log.
process.on("uncaughtException", (error) => log(error));

try {
  await serve(ordersOf(process.argv.slice(2)));
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "INTERNAL";
  tell({ kind: "failed", code, message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}

async function serve({ directory, host, port }: Orders): Promise<void> {
  const identity = ownIdentity();
  const record = join(directory, "balancer.json");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Before anything is listened on: two that are started for different addresses must not both serve this directory.
  const claimed = claim(directory, "balancer");
  if (claimed.kind === "taken") {
    const message = `process ${claimed.by.pid} is the load balancer of this directory already`;
    tell({ kind: "failed", code: "taken", message });
    process.exitCode = 1;
    return;
  }
  const balancer = await startEmbeddedBalancer({
    host,
    port,
    socketPath: join(directory, "balancer.sock"),
    generation: wordFor(identity),
    declared: (table) => remember(table, balancer.listen),
  });
  remember(null, balancer.listen);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());
  tell({ kind: "ready", ...identity, listen: balancer.listen });

  /** For people and for the next start; the balancer itself never reads it, so that it serves without it, too. */
  function remember(table: TableOrder | null, listen: string): void {
    try {
      writeFileSync(`${record}.new`, `${JSON.stringify({ ...identity, listen, table })}\n`, {
        mode: 0o600,
      });
      renameSync(`${record}.new`, record);
    } catch (error) {
      log(error);
    }
  }

  async function end(): Promise<void> {
    await balancer.close(GRACE_MS);
    rmSync(record, { force: true });
    process.exit(0);
  }
}

interface Orders {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
}

function ordersOf(args: string[]): Orders {
  const { values } = parseArgs({
    args,
    options: { directory: { type: "string" }, listen: { type: "string" } },
  });
  const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(values.listen ?? "") ?? [];
  if (values.directory === undefined || host === undefined || Number(port) > 65_535) {
    throw new Error("usage: --directory DIR --listen HOST:PORT");
  }
  return { directory: values.directory, host, port: Number(port) };
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function log(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
