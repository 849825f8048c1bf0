import type { LeaseToken } from "../../../fleet/ids.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import {
  logLinesSchema,
  slotAddressesSchema,
  stateSchema,
  type Declaration,
  type SlotAddress,
  type SupervisorState,
} from "../processes/protocol.ts";
import { askSupervisor, bodyAs } from "./supervisor-request.ts";

/** The whole state of a local environment's supervisor. Throws a HandoverError `HOST_UNREACHABLE`. */
export async function supervisorState(socket: string, signal: AbortSignal): Promise<SupervisorState> {
  const request = { method: "GET", path: "/state", whenGone: "HOST_UNREACHABLE", expected: [200] } as const;
  return bodyAs(await askSupervisor(socket, request, signal), stateSchema);
}

/** Where the control listener of what runs in a slot is, and the bearer token that it wants. */
export interface SlotControl {
  /** `127.0.0.1:20017`. */
  readonly address: string;
  readonly token: string;
}

/** The control listener of each slot where something runs; one whose token is not known any more is left out. */
export async function slotControls(
  socket: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<SlotKey, SlotControl>> {
  const { slots } = await supervisorState(socket, signal);
  return new Map(slots.flatMap(({ slot, control }) => (control === null ? [] : [[slot, control] as const])));
}

/** Tells the supervisor which slots there are; ports of known slots stay. Safe to repeat: equal input, equal ports. */
export async function declareSlots(
  socket: string,
  token: LeaseToken,
  instances: readonly Declaration[],
  signal: AbortSignal,
): Promise<readonly SlotAddress[]> {
  const body = { token, instances };
  const request = { method: "PUT", path: "/slots", body, whenGone: "LOST", expected: [200] } as const;
  return bodyAs(await askSupervisor(socket, request, signal), slotAddressesSchema).slots;
}

/** The last lines that an instance wrote, rotated logs included. */
export async function slotLog(
  socket: string,
  slot: SlotKey,
  lines: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const body = { slot, lines };
  const request = {
    method: "POST",
    path: "/logs",
    body,
    whenGone: "HOST_UNREACHABLE",
    expected: [200],
  } as const;
  return bodyAs(await askSupervisor(socket, request, signal), logLinesSchema).lines;
}

/** Tells the supervisor to end every instance, gracefully, and then itself. Resolves when it has begun. */
export async function orderDown(socket: string, token: LeaseToken, signal: AbortSignal): Promise<void> {
  const request = {
    method: "POST",
    path: "/down",
    body: { token },
    whenGone: "LOST",
    expected: [202],
  } as const;
  await askSupervisor(socket, request, signal);
}
