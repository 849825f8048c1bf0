import { createServer, type Server } from "node:net";

/**
 * The ports that this process has promised to slots, held against every other supervisor of this machine: an empty slot
 * has no listener, and if another environment chose its port, the load balancer would send requests to a stranger. The
 * hold is a unix socket without a file (Linux's abstract ones), which goes with the process; elsewhere there is none.
 */
const held = new Map<number, Server>();

/** True when the port is held by this process now; false while another holds it. Safe to repeat. */
export async function reservePort(port: number): Promise<boolean> {
  if (held.has(port) || process.platform !== "linux") return true;
  const server = createServer((socket) => socket.destroy());
  const isOurs = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ path: `\0handover-port-${port}` }, () => resolve(true));
  });
  if (!isOurs) return held.has(port);
  server.unref();
  held.set(port, server);
  return true;
}

/** Gives a port back. One that is not held stays so. */
export function releasePort(port: number): void {
  held.get(port)?.close();
  held.delete(port);
}

/** Gives back all but these. */
export function keepOnly(ports: ReadonlySet<number>): void {
  for (const port of held.keys()) if (!ports.has(port)) releasePort(port);
}
