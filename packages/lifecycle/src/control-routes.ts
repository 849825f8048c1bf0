import type { IncomingMessage } from "node:http";
import type { Checkers } from "./checkers.ts";
import { type ControlAnswer, Refused } from "./control-answer.ts";
import { parseBy, parseLease, readJson } from "./control-body.ts";
import type { Drain } from "./drain.ts";

/** The requests of the contract and what they do. Each may be repeated: the second one changes nothing more. */

export interface Controlled {
  readonly drain: Drain;
  readonly checkers: Checkers;
  readonly release: string | null;
  inFlight(): number;
  /** Called after a drain was held, so that kept-alive connections move away. */
  moveAway(): void;
}

/** @throws {Refused} for what is no request of the contract. */
export async function obey(request: IncomingMessage, service: Controlled): Promise<ControlAnswer> {
  const path = request.url?.split("?", 1)[0] ?? "";
  const id = /^\/drain\/(?<id>[^/]+)$/.exec(path)?.groups?.["id"];
  if (path === "/state") {
    allowOnly(request, ["GET", "HEAD"]);
    return { status: 200, body: state(service) };
  }
  if (path === "/drain") {
    allowOnly(request, ["POST"]);
    return hold(request, service);
  }
  if (id === undefined) {
    throw new Refused(404, "not-found", "There are /drain, /drain/<id> and /state; nothing else.");
  }
  allowOnly(request, ["PUT", "DELETE"]);
  return request.method === "PUT" ? renew(request, service, id) : end(service, id);
}

function state(service: Controlled): object {
  return {
    drain: service.drain.view(),
    inFlight: service.inFlight(),
    release: service.release,
    checkers: service.checkers.view(),
  };
}

async function hold(request: IncomingMessage, service: Controlled): Promise<ControlAnswer> {
  const body = await readJson(request);
  const held = service.drain.hold(parseBy(body), parseLease(body));
  if (held.kind === "refused") return { status: 409, body: { drain: held.id, by: held.by } };
  service.moveAway();
  return { status: 202, body: { drain: held.id } };
}

async function renew(request: IncomingMessage, { drain }: Controlled, id: string): Promise<ControlAnswer> {
  const leaseMs = parseLease(await readJson(request));
  if (drain.renew(id, leaseMs)) return { status: 204 };
  throw new Refused(404, "drain-ended", `The drain ${id} has ended.`);
}

function end({ drain }: Controlled, id: string): ControlAnswer {
  drain.end(id);
  return { status: 204 };
}

function allowOnly(request: IncomingMessage, methods: readonly string[]): void {
  if (request.method !== undefined && methods.includes(request.method)) return;
  const allow = methods.join(", ");
  throw new Refused(405, "method-not-allowed", `This path takes ${allow}.`, { Allow: allow });
}
