import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse, relay } from "./answer.ts";
import { dispatch } from "./dispatch.ts";
import { forwardedHeaders } from "./headers.ts";
import { hasBody, mayBeRepeated } from "./repeatable.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import type { RequestTally } from "./request-tally.ts";
import type { SlotTable } from "./slot-table.ts";

export interface Traffic {
  readonly table: SlotTable;
  readonly tally: RequestTally;
  /** The balancer is ending: each client's connection is closed after its answer. */
  readonly ending: () => boolean;
}

/** One request from a client, passed on to a slot, and its answer back. 100 Continue is the service's to say. */
export function forward(traffic: Traffic, request: IncomingMessage, response: ServerResponse): void {
  const { table, tally, ending } = traffic;
  tally.total += 1;
  request.on("error", () => {});
  response.on("error", () => {});
  const withBody = hasBody(request);

  if (!isPlainlyFramed(request)) {
    request.resume();
    return refuse(response, "not sendable", true);
  }
  const abandon = dispatch(
    table,
    tally,
    {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: (address) => forwardedHeaders(request, address),
      repeatable: mayBeRepeated(request),
      upgrade: false,
    },
    {
      sent: (outgoing, slot) => {
        outgoing.on("continue", () => {
          if (!response.headersSent) response.writeContinue();
        });
        outgoing.once("response", (answer) =>
          relay(
            outgoing,
            answer,
            response,
            ending(),
            whoAnswers(request, slot.name),
            () => (tally.failed += 1),
          ),
        );
        if (!withBody) outgoing.end();
      },
      delivered: (outgoing) => {
        if (!withBody) return;
        outgoing.flushHeaders();
        request.pipe(outgoing);
      },
      failed: (why) => {
        if (why === "no server") tally.noServer += 1;
        else if (why === "no answer") tally.failed += 1;
        request.unpipe();
        refuse(response, why, ending());
      },
    },
  );
  const { socket } = request;
  const gone = (): void => abandon();
  socket.once("close", gone);
  response.once("finish", () => {
    socket.off("close", gone);
    // What the client still sends after its answer would stand in the way of its next request.
    request.unpipe();
    request.resume();
  });
}

/** Handover's own probes are told which slot answered: `verify` shows it. Users' requests are not. */
function whoAnswers({ headers }: IncomingMessage, slot: SlotKey): readonly string[] {
  return headers["handover-probe"] === undefined ? [] : ["Handover-Slot", slot];
}

/** A transfer coding besides chunks is meant for this connection only, and would be lost (RFC 9112, section 7). */
function isPlainlyFramed({ headers }: IncomingMessage): boolean {
  const encoding = headers["transfer-encoding"];
  return encoding === undefined || encoding.toLowerCase() === "chunked";
}
