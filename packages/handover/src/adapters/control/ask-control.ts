import { z } from "zod";
import { HandoverError } from "../../errors/handover-error.ts";
import type { Milliseconds } from "../../fleet/time.ts";
import { controlRequest, type ControlAnswer, type ControlRequest, type NoAnswer } from "./control-request.ts";

/** Control listeners answer at once; one that has not by then is taken for one that cannot. */
const DEADLINE_MS: Milliseconds = 2_000;

export type Asked = Omit<ControlRequest, "deadlineMs">;

/**
 * One request to a balancer or a service, answered within two seconds. Rejects with HOST_UNREACHABLE when there was no
 * answer, and with the signal's reason when that is aborted.
 */
export async function askControl(asked: Asked, signal: AbortSignal): Promise<ControlAnswer> {
  const answer = await controlRequest({ ...asked, deadlineMs: DEADLINE_MS }, signal);
  if (answer.kind === "answer") return answer;
  const what = `${asked.method} ${asked.path} at ${asked.at} had no answer: ${answer.why}`;
  throw new HandoverError("HOST_UNREACHABLE", what, { cause: answer });
}

/** Whether nobody listens there at all: no process, so nothing that could hold a drain. */
export function nobodyListens(error: unknown): boolean {
  if (!(error instanceof HandoverError) || !isNoAnswer(error.cause)) return false;
  return error.cause.why === "ECONNREFUSED" || error.cause.why === "ENOENT";
}

/** The order was understood and not carried out. */
export function refusedOrder(
  asked: Pick<Asked, "method" | "path" | "at">,
  answer: ControlAnswer,
): HandoverError {
  const why = messageIn(answer.body) ?? `status ${answer.status}`;
  return new HandoverError(
    "ORDER_REFUSED",
    `${asked.method} ${asked.path} at ${asked.at} was refused: ${why}`,
  );
}

/** What an error answer says, in words; null where it is none. */
export function messageIn(body: unknown): string | null {
  return errorAnswer.safeParse(body).data?.error.message ?? null;
}

const errorAnswer = z.object({ error: z.object({ message: z.string() }) });

function isNoAnswer(cause: unknown): cause is NoAnswer {
  return typeof cause === "object" && cause !== null && "why" in cause;
}
