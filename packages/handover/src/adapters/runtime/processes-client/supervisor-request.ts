import type { z } from "zod";
import { HandoverError } from "../../../errors/handover-error.ts";
import type { ErrorCode } from "../../../errors/table.ts";
import type { Milliseconds } from "../../../fleet/time.ts";
import { messageIn } from "../../control/ask-control.ts";
import { controlRequest, type ControlAnswer, type ControlRequest } from "../../control/control-request.ts";

/** How long the supervisor may take: it may have to ask a load balancer about a drain first. */
const DEADLINE_MS: Milliseconds = 10_000;

export interface SupervisorRequest extends Pick<ControlRequest, "method" | "path" | "body"> {
  /** What it means when nobody answers: `HOST_UNREACHABLE` before anything was touched, `LOST` after. */
  readonly whenGone: Extract<ErrorCode, "HOST_UNREACHABLE" | "LOST">;
  /** Statuses that are answers rather than failures. */
  readonly expected: readonly number[];
}

/**
 * One request to the supervisor. Throws a HandoverError: `whenGone` where nobody answers in time, `ORDER_REFUSED` for 409,
 * `INTERNAL` for anything else that was not expected.
 */
export async function askSupervisor(
  socket: string,
  request: SupervisorRequest,
  signal: AbortSignal,
): Promise<ControlAnswer> {
  const { whenGone, expected, ...rest } = request;
  const answer = await controlRequest({ at: `unix:${socket}`, deadlineMs: DEADLINE_MS, ...rest }, signal);
  if (answer.kind === "gone") {
    throw new HandoverError(whenGone, `The supervisor of this environment does not answer (${answer.why}).`, {
      next: "Start it with `handover up`; the instances go on without it.",
    });
  }
  if (answer.kind === "late") {
    throw new HandoverError(whenGone, `The supervisor of this environment gave ${answer.why}.`, {
      next: "Look at its log, logs/supervisor.log in the state directory; the instances go on without it.",
    });
  }
  if (expected.includes(answer.status)) return answer;
  const message = messageIn(answer.body) ?? `status ${answer.status}`;
  if (answer.status === 409) throw new HandoverError("ORDER_REFUSED", `The supervisor refused: ${message}.`);
  throw new HandoverError("INTERNAL", `The supervisor did not understand a request: ${message}.`);
}

/** The body of an answer, as what it has to be. Throws a HandoverError `INTERNAL` where it is not. */
export function bodyAs<T>(answer: ControlAnswer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new HandoverError("INTERNAL", "The supervisor's answer was not understood.", {
    cause: parsed.error,
    next: "It may be of another version: `handover down`, then `handover up`.",
  });
}
