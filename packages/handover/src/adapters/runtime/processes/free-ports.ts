import { createServer } from "node:net";
import { releasePort, reservePort } from "./port-reservation.ts";

/** Below the range from which systems give out ports by themselves (32768 on Linux, 49152 elsewhere). */
const FIRST = 20_000;
const COUNT = 10_000;

/** Whether nothing listens on this port of this machine now. */
export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A port where nothing listens and that is promised to nobody, by any supervisor of this machine; it is reserved until it
 * is given back. Begins at a random place. Throws when all are taken.
 */
export async function freePort(promised: ReadonlySet<number>): Promise<number> {
  const start = Math.floor(Math.random() * COUNT);
  for (let step = 0; step < COUNT; step += 1) {
    const port = FIRST + ((start + step) % COUNT);
    if (promised.has(port) || !(await reservePort(port))) continue;
    if (await portIsFree(port)) return port;
    releasePort(port);
  }
  throw new Error(`every port from ${FIRST} to ${FIRST + COUNT - 1} is taken`);
}
