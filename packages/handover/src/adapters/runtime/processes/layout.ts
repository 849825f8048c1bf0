import { join } from "node:path";
import type { SlotKey } from "../../../fleet/instance.ts";

/** A path over this many bytes does not fit into a socket's address on every system. */
const LONGEST_SOCKET_PATH = 100;

/** Where everything of one service in one environment is. The table is in `docs/local-environment.md`. */
export interface Layout {
  readonly directory: string;
  readonly socket: string;
  readonly about: string;
  readonly slots: string;
  readonly lease: string;
  readonly instances: string;
  readonly logs: string;
}

export function layoutOf(directory: string): Layout {
  return {
    directory,
    socket: join(directory, "supervisor.sock"),
    about: join(directory, "supervisor.json"),
    slots: join(directory, "slots.json"),
    lease: join(directory, "lease.json"),
    instances: join(directory, "instances"),
    logs: join(directory, "logs"),
  };
}

/** `api-1/a` as part of a file's name: `api-1.a`. */
export function fileNameOf(slot: SlotKey): string {
  return slot.replace("/", ".");
}

export function logOf(layout: Layout, slot: SlotKey): string {
  return join(layout.logs, `${fileNameOf(slot)}.log`);
}

export function recordOf(layout: Layout, slot: SlotKey): string {
  return join(layout.instances, `${fileNameOf(slot)}.json`);
}

/** Why a control socket cannot be at this path, or null. */
export function socketPathTooLong(path: string): string | null {
  const bytes = Buffer.byteLength(path);
  if (bytes <= LONGEST_SOCKET_PATH) return null;
  return `the path of the control socket has ${bytes} bytes, over ${LONGEST_SOCKET_PATH}: ${path}`;
}
