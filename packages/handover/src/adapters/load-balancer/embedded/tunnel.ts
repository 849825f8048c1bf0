import { ServerResponse, type IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { refuse, relay } from "./answer.ts";
import { dispatch } from "./dispatch.ts";
import type { Traffic } from "./forward.ts";
import { endToEnd, forwardedHeaders } from "./headers.ts";
import { hasBody } from "./repeatable.ts";

/**
 * Whether a request asks for another protocol that is passed through. Not `h2c`: its upgrade is obsolete (RFC 9113,
 * section 3.1), and a request that asks for it is answered as any other.
 */
export function asksForTunnel(request: IncomingMessage): boolean {
  return request.method === "GET" && !hasBody(request) && request.headers.upgrade?.toLowerCase() !== "h2c";
}

/** An upgrade (a WebSocket): passed on to a slot; when that agrees, bytes flow both ways until both sides have ended. */
export function tunnel(traffic: Traffic, request: IncomingMessage, client: Duplex, head: Buffer): void {
  const { table, tally } = traffic;
  tally.total += 1;
  client.on("error", () => {});
  // A refusal, or an answer without an upgrade, is written as to any request; the connection ends with it.
  const response = new ServerResponse(request);
  response.on("error", () => {});
  if (client instanceof Socket) response.assignSocket(client);
  response.once("finish", () => client.end());

  const abandon = dispatch(
    table,
    tally,
    {
      method: "GET",
      path: request.url ?? "/",
      headers: (address) => [...forwardedHeaders(request, address), ...upgradeTo(request)],
      repeatable: false,
      upgrade: true,
    },
    {
      sent: (outgoing) => {
        outgoing.once("response", (answer) =>
          relay(outgoing, answer, response, true, [], () => (tally.failed += 1)),
        );
        outgoing.once("upgrade", (answer, server, firstBytes) => {
          if (client instanceof Socket) response.detachSocket(client);
          client.write(switchingHead(answer));
          client.write(firstBytes);
          server.write(head);
          join(client, server);
        });
        outgoing.end();
      },
      delivered: () => {},
      failed: (why) => {
        if (why === "no server") tally.noServer += 1;
        else if (why === "no answer") tally.failed += 1;
        refuse(response, why, true);
      },
    },
  );
  client.once("close", abandon);
}

function upgradeTo({ headers }: IncomingMessage): string[] {
  return headers.upgrade === undefined ? [] : ["Connection", "Upgrade", "Upgrade", headers.upgrade];
}

function switchingHead(answer: IncomingMessage): string {
  const headers = [...endToEnd(answer.rawHeaders), ...upgradeTo(answer)];
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${headers[index + 1] ?? ""}\r\n`] : [],
  );
  return `HTTP/1.1 101 ${answer.statusMessage ?? "Switching Protocols"}\r\n${lines.join("")}\r\n`;
}

/** Each side's end is passed on and the other may go on; a broken side breaks the other. */
function join(client: Duplex, server: Duplex): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    if (from instanceof Socket) from.setTimeout(0).setNoDelay(true).setKeepAlive(true, 60_000);
    from.on("error", () => {});
    from.pipe(to);
    from.once("close", () => {
      if (from.readableEnded && to instanceof Socket) to.destroySoon();
      else to.destroy();
    });
  }
}
