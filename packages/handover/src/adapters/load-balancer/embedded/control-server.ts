import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import {
  admitOrder,
  drainOrder,
  leaseOrder,
  tableOrder,
  type BalancerState,
  type TableOrder,
} from "./control-contract.ts";
import { checkHealth } from "./health-check.ts";
import type { SlotTable } from "./slot-table.ts";

export interface Controlled {
  readonly table: SlotTable;
  readonly state: () => BalancerState;
  /** Told after each new table, for the record beside the socket. */
  readonly declared: (order: TableOrder) => void;
}

/** Orders are small; anything longer is a mistake. */
const LONGEST_ORDER_BYTES = 1_000_000;

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

/** The control side: `docs/local-environment.md`. It is up to the caller to listen where only the owner can connect. */
export function createControlServer(controlled: Controlled): Server {
  return createServer((request, response) => {
    response.on("error", () => {});
    void answer(controlled, request, response);
  });
}

async function answer(
  controlled: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await replyTo(controlled, request);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function replyTo(controlled: Controlled, request: IncomingMessage): Promise<Reply> {
  try {
    return await route(controlled, request);
  } catch (error) {
    if (error instanceof z.ZodError) return refusal(400, "invalid", z.prettifyError(error));
    if (error instanceof SyntaxError) return refusal(400, "invalid", "the body is not JSON");
    return refusal(500, "internal", String(error));
  }
}

async function route(controlled: Controlled, request: IncomingMessage): Promise<Reply> {
  const { table } = controlled;
  const { pathname } = new URL(request.url ?? "/", "http://balancer");
  const drainId = /^\/drain\/([\w-]+)$/.exec(pathname)?.[1];
  const asked = `${request.method} ${drainId === undefined ? pathname : "/drain/ID"}`;

  switch (asked) {
    case "GET /state":
      return { status: 200, body: controlled.state() };

    case "PUT /table": {
      const order = tableOrder.parse(await bodyOf(request));
      table.declare(order);
      controlled.declared(order);
      return { status: 204 };
    }

    case "POST /drain": {
      const order = drainOrder.parse(await bodyOf(request));
      const held = table.find(order.slot)?.hold(order.by, order.leaseMs);
      if (held === undefined) return unknownSlot(order.slot);
      if (held.kind === "held") return { status: 202, body: { drain: held.id } };
      const { body } = refusal(409, "drain-held", `${order.slot} is drained by ${held.by}`);
      return { status: 409, body: { ...body, drain: held.id, by: held.by } };
    }

    case "PUT /drain/ID": {
      const { leaseMs } = leaseOrder.parse(await bodyOf(request));
      const renewed = table.drainedBy(drainId ?? "")?.renew(drainId ?? "", leaseMs) ?? false;
      return renewed ? { status: 204 } : refusal(404, "drain-ended", `the drain ${drainId} has ended`);
    }

    case "DELETE /drain/ID":
      table.drainedBy(drainId ?? "")?.undrain(drainId ?? "");
      return { status: 204 };

    case "POST /admit":
      return admit(table, admitOrder.parse(await bodyOf(request)).slot);

    default:
      return refusal(
        404,
        "unknown-request",
        `${request.method} ${pathname} is not part of the control contract`,
      );
  }
}

async function admit(table: SlotTable, name: Parameters<SlotTable["find"]>[0]): Promise<Reply> {
  const slot = table.find(name);
  const { health } = table;
  if (slot === null || health === null) return unknownSlot(name);
  const result = await checkHealth(slot, health.path, health.timeoutMs);
  if (table.find(name) !== slot) return unknownSlot(name);
  // A drain may have begun while the health path was asked.
  if (slot.drain !== null) return refusal(409, "drain-held", `${name} is drained by ${slot.drain.by}`);
  if (result.kind !== "passed")
    return refusal(409, "not-passing", `${name} does not pass its check: ${result.why}`);
  slot.admit(health, result.why);
  return { status: 204 };
}

function unknownSlot(name: string): Reply {
  return refusal(404, "unknown-slot", `${name} is not in the table`);
}

function refusal(status: number, code: string, message: string): Reply & { body: { error: object } } {
  return { status, body: { error: { code, message } } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > LONGEST_ORDER_BYTES) throw new SyntaxError("too long");
    chunks.push(bytes);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
