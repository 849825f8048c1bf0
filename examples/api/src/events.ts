import { Readable } from "node:stream";
import { setInterval as every } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Settings } from "./settings.ts";

/** A stream of server-sent events, one a second, until the client leaves or the service closes. */

const intervalMs = 1_000;

export function addEvents(app: FastifyInstance, settings: Settings, closing: AbortSignal): void {
  app.get("/events", (_request, reply) =>
    reply
      .header("content-type", "text/event-stream")
      .header("cache-control", "no-store")
      .send(Readable.from(ticks(settings, closing))),
  );
}

async function* ticks({ id, release }: Settings, closing: AbortSignal): AsyncGenerator<string> {
  let count = 1;
  yield tick(count, id, release);
  try {
    for await (const _ of every(intervalMs, undefined, { signal: closing })) {
      count += 1;
      yield tick(count, id, release);
    }
  } catch (error) {
    // Aborted is how a stream ends here; EventSource connects again by itself, to another instance.
    if (!closing.aborted) throw error;
  }
}

function tick(count: number, id: string, release: string): string {
  return `id: ${count}\nevent: tick\ndata: ${JSON.stringify({ count, id, release })}\n\n`;
}
