import { chmodSync, mkdirSync, realpathSync, rmSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeAtomically } from "../../background/atomic-file.ts";
import { claim, type Claim } from "../../background/claim.ts";
import { ownIdentity } from "../../background/process-identity.ts";
import { readyLineText, type ReadyLine } from "../../background/ready-line.ts";
import { serveControl } from "./control-socket.ts";
import { layoutOf, socketPathTooLong } from "./layout.ts";
import { Supervisor } from "./supervisor.ts";
import { timingsSchema, type Timings } from "./timings.ts";

/** The supervisor of one directory: `main.ts --directory DIR [--timings JSON]`. Says one line, then serves until it is ended. */
async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: { directory: { type: "string" }, timings: { type: "string", default: "{}" } },
  });
  if (values.directory === undefined) throw new Error("--directory is missing");
  const timings = timingsSchema.parse(JSON.parse(values.timings));
  mkdirSync(values.directory, { recursive: true, mode: 0o700 });
  chmodSync(values.directory, 0o700);
  const directory = realpathSync(values.directory);
  const tooLong = socketPathTooLong(layoutOf(directory).socket);
  if (tooLong !== null) throw new Error(tooLong);
  const claimed = claim(directory, "supervisor");
  if (claimed.kind === "taken") {
    const message = `process ${claimed.by.pid} is the supervisor of this directory already`;
    return tell({ kind: "failed", code: "taken", message });
  }
  return serve(directory, timings, claimed.claim);
}

async function serve(directory: string, timings: Timings, held: Claim): Promise<void> {
  const layout = layoutOf(directory);
  const supervisor = new Supervisor(directory, timings, held, say);
  writeAtomically(layout.about, { ...ownIdentity(), generation: supervisor.generation, directory, timings });
  const control = await serveControl(layout.socket, supervisor, () => void down());
  const tidying = setInterval(() => {
    if (supervisor.tidy()) return;
    say("another supervisor has taken over this directory, or it was removed: ending");
    process.exit(1);
  }, timings.tidyEveryMs);

  const down = async (): Promise<void> => {
    // Whoever is told to end now does so already; to leave at once would leave instances behind.
    clearing = true;
    say("ending all instances");
    await supervisor.clear();
    await leave();
  };
  const leave = async (): Promise<void> => {
    clearInterval(tidying);
    if (held.holds()) for (const file of [layout.socket, layout.about]) rmSync(file, { force: true });
    await control.close();
    process.exit(0);
  };
  let ending = false;
  let clearing = false;
  process.on("SIGTERM", () => {
    if (clearing) return;
    if (ending) process.exit(0);
    ending = true;
    say("ending; what runs goes on");
    void supervisor.close().then(leave);
  });
  for (const ignored of ["SIGINT", "SIGHUP", "SIGPIPE"] as const) process.on(ignored, () => undefined);
  say(`supervising as process ${process.pid}`);
  await tell({ kind: "ready", pid: process.pid, generation: supervisor.generation, socket: layout.socket });
}

/** One line to its log. On a full disk it is lost: what the supervisor does matters more than what it says. */
function say(line: string): void {
  try {
    writeSync(2, `${new Date().toISOString()} ${line}\n`);
  } catch {
    // Nobody to tell.
  }
}

/** The only line of its standard output. Whoever started it may have gone already. */
function tell(line: ReadyLine & { readonly generation?: string; readonly socket?: string }): Promise<void> {
  process.stdout.on("error", () => undefined);
  return new Promise((resolve) => process.stdout.write(readyLineText(line), () => resolve()));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  await tell({ kind: "failed", code: "broken", message });
  process.exitCode = 1;
}
