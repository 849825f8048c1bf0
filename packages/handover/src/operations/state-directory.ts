import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { socketPathTooLong } from "../adapters/runtime/processes/layout.ts";
import { HandoverError } from "../errors/handover-error.ts";

/**
 * Where this machine keeps the state of one service in one environment: `$HANDOVER_STATE_DIR`, else
 * `$XDG_STATE_HOME/handover`, else `~/.local/state/handover`. Throws REFUSED where a control socket would not fit there.
 */
export function stateDirectory(
  env: Readonly<Record<string, string | undefined>>,
  service: string,
  environment: string,
): string {
  const directory = join(stateRoot(env), service, environment);
  const tooLong = socketPathTooLong(join(directory, "supervisor.sock"));
  if (tooLong !== null)
    throw new HandoverError("REFUSED", tooLong, { next: "Set HANDOVER_STATE_DIR to a shorter directory." });
  return directory;
}

function stateRoot(env: Readonly<Record<string, string | undefined>>): string {
  const own = env["HANDOVER_STATE_DIR"] ?? "";
  if (own !== "") return resolve(own);
  const shared = env["XDG_STATE_HOME"] ?? "";
  return shared === "" ? join(homedir(), ".local", "state", "handover") : join(resolve(shared), "handover");
}
