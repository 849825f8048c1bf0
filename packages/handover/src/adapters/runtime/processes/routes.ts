import type { z } from "zod";
import { leaseToken } from "../../../fleet/ids.ts";
import type { Instant } from "../../../fleet/time.ts";
import { orderStart, orderStop, orderSwap } from "./orders.ts";
import {
  declareSchema,
  leaseRequestSchema,
  logsSchema,
  startSchema,
  stopSchema,
  swapSchema,
  tokenSchema,
  ttlSchema,
} from "./protocol.ts";
import type { Supervisor } from "./supervisor.ts";

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** After this answer the supervisor ends. */
  readonly thenEnd?: boolean;
}

/** A request that makes no sense. Its message never repeats what was sent: that may hold a secret. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What the supervisor answers to one request; the table is in `docs/local-environment.md`. */
export async function answerTo(
  supervisor: Supervisor,
  method: string,
  path: string,
  body: unknown,
  receivedAt: Instant,
): Promise<Answer> {
  switch (`${method} ${path}`) {
    case "GET /state":
      return { status: 200, body: supervisor.state() };
    case "POST /lease":
      return acquire(supervisor, body);
    case "PUT /slots": {
      const { token, instances } = parsed(declareSchema, body);
      return { status: 200, body: { slots: await supervisor.declare(token, instances) } };
    }
    case "POST /start":
      await orderStart(supervisor, parsed(startSchema, body), receivedAt);
      return { status: 202 };
    case "POST /stop":
      await orderStop(supervisor, parsed(stopSchema, body), receivedAt);
      return { status: 202 };
    case "POST /swap":
      await orderSwap(supervisor, parsed(swapSchema, body), receivedAt);
      return { status: 202 };
    case "POST /logs": {
      const { slot, lines } = parsed(logsSchema, body);
      return { status: 200, body: { lines: supervisor.logLines(slot, lines) } };
    }
    case "POST /down":
      supervisor.admit(parsed(tokenSchema, body).token);
      return { status: 202, thenEnd: true };
    default:
      return heldLease(supervisor, method, path, body);
  }
}

function acquire(supervisor: Supervisor, body: unknown): Answer {
  const acquired = supervisor.leases.acquire(parsed(leaseRequestSchema, body));
  if ("token" in acquired) return { status: 201, body: acquired };
  const { owner, host } = acquired.holder;
  const error = { code: "LEASE_HELD", message: `the lease is held by ${owner} on ${host}` };
  return { status: 409, body: { ...acquired, error } };
}

function heldLease(supervisor: Supervisor, method: string, path: string, body: unknown): Answer {
  const [, token] = /^\/lease\/([\w-]+)$/.exec(path) ?? [];
  if (token !== undefined && method === "PUT") {
    const { ttlMs } = parsed(ttlSchema, body);
    if (supervisor.leases.renew(leaseToken(token), ttlMs)) return { status: 204 };
    throw new BadRequest(404, "NOT_FOUND", "that is not the lease any more");
  }
  if (token !== undefined && method === "DELETE") {
    supervisor.leases.release(leaseToken(token));
    return { status: 204 };
  }
  throw new BadRequest(404, "NOT_FOUND", `there is no ${method} ${path}`);
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new BadRequest(400, "BAD_REQUEST", issues.join("; "));
}
