import { lstat, rm } from "node:fs/promises";
import { once } from "node:events";
import type { Server } from "node:http";
import { connect } from "node:net";

/** The kernel's limit is 108 bytes with the closing zero (unix(7)); some systems have less. */
const LONGEST_PATH_BYTES = 100;

/** Why a control socket could not be opened. `EADDRINUSE`: somebody answers there already. */
export class SocketError extends Error {
  override readonly name = "SocketError";
  readonly code: "SOCKET_PATH_TOO_LONG" | "EADDRINUSE" | "EEXIST";

  constructor(code: SocketError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Listens on a unix socket that only its owner can open, from its first moment on. A socket that a dead process left is
 * replaced; one that somebody answers on, and a file that is no socket, are refused. Throws {@link SocketError}.
 */
export async function listenForOwner(server: Server, path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > LONGEST_PATH_BYTES) {
    throw new SocketError(
      "SOCKET_PATH_TOO_LONG",
      `${path} has ${bytes} bytes, and a socket's path at most 100`,
    );
  }
  const found = await lstat(path).catch(() => null);
  if (found !== null) {
    if (!found.isSocket()) throw new SocketError("EEXIST", `${path} is not a socket`);
    if (await answers(path)) throw new SocketError("EADDRINUSE", `another process answers on ${path}`);
    await rm(path, { force: true });
  }
  // Node binds before `listen` returns, so the file is made with this mask, and nothing else is.
  const mask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(mask);
  }
  await once(server, "listening");
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
