import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { HandoverError } from "../errors/handover-error.ts";

/** A socket's path must fit into its address: at most this many bytes, on every system. */
const LONGEST_SOCKET_PATH = 100;

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
  const longest = join(directory, "supervisor.sock");
  const bytes = Buffer.byteLength(longest);
  if (bytes > LONGEST_SOCKET_PATH)
    throw new HandoverError(
      "REFUSED",
      `the path of a control socket would have ${bytes} bytes, over ${LONGEST_SOCKET_PATH}: ${longest}`,
      { next: "Set HANDOVER_STATE_DIR to a shorter directory." },
    );
  return directory;
}

function stateRoot(env: Readonly<Record<string, string | undefined>>): string {
  const own = env["HANDOVER_STATE_DIR"] ?? "";
  if (own !== "") return resolve(own);
  const shared = env["XDG_STATE_HOME"] ?? "";
  return shared === "" ? join(homedir(), ".local", "state", "handover") : join(resolve(shared), "handover");
}
