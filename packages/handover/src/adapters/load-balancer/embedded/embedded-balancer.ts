import { once } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Milliseconds } from "../../../fleet/time.ts";
import type { BalancerState, TableOrder } from "./control-contract.ts";
import { createControlServer } from "./control-server.ts";
import { listenForOwner } from "./owner-socket.ts";
import { createProxyServer } from "./proxy-server.ts";
import { emptyTally } from "./request-tally.ts";
import { SlotTable } from "./slot-table.ts";

export interface BalancerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly socketPath: string;
  /** Changes with every start. */
  readonly generation: string;
  readonly declared?: (order: TableOrder) => void;
}

export interface EmbeddedBalancer {
  /** Where it listens for requests: `127.0.0.1:8080`. */
  readonly listen: string;
  state(): BalancerState;
  /** Removes the socket, accepts nothing more, and finishes what is in flight for at most `graceMs`. */
  close(graceMs: Milliseconds): Promise<void>;
}

/** Listens for requests and for its owner's orders, with an empty table. Rejects when it can do neither or only one. */
export async function startEmbeddedBalancer(options: BalancerOptions): Promise<EmbeddedBalancer> {
  const table = new SlotTable();
  const tally = emptyTally();
  let ending = false;
  const proxy = createProxyServer({ table, tally, ending: () => ending });
  const clients = trackConnections(proxy);
  // The public address first: of two starts at the same moment only one gets it, and only that one looks at the socket.
  proxy.listen(options.port, options.host);
  await once(proxy, "listening");
  // Without a free descriptor Node tells the listener so; the connection waits, and the next may be accepted.
  proxy.on("error", () => {});
  const listen = addressOf(proxy);

  const state = (): BalancerState => ({
    pid: process.pid,
    generation: options.generation,
    listen,
    warm: table.warm,
    health: table.health,
    slots: table.state(),
    requests: { ...tally },
  });
  const control = createControlServer({ table, state, declared: options.declared ?? (() => {}) });
  try {
    await listenForOwner(control, options.socketPath);
  } catch (error) {
    proxy.close();
    throw error;
  }
  control.on("error", () => {});

  const close = async (graceMs: Milliseconds): Promise<void> => {
    ending = true;
    // Its owner first: whoever finds this one still answering would build upon what is about to go.
    const controlClosed = once(control, "close");
    control.close();
    control.closeAllConnections();
    await controlClosed;
    const closed = once(proxy, "close");
    // Node closes its idle connections with it.
    proxy.close();
    const deadline = setTimeout(() => clients.forEach((client) => client.destroy()), graceMs);
    await closed;
    clearTimeout(deadline);
    table.close();
  };
  return { listen, state, close };
}

function trackConnections(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return open;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") return String(address);
  return address.family === "IPv6"
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}
