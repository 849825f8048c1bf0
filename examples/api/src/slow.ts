import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Settings } from "./settings.ts";

/** A request that takes as long as it is told to, like a report that is computed. */

const longestMs = 60_000;

export function addSlow(app: FastifyInstance, { id, release }: Settings): void {
  app.get<{ Querystring: Readonly<Record<string, unknown>> }>("/slow", async (request, reply) => {
    const ms = parseMs(request.query["ms"]);
    if (ms === null) {
      return reply
        .code(400)
        .send({ error: `ms must be a whole number of milliseconds from 0 to ${longestMs}` });
    }
    await sleep(ms);
    return { waitedMs: ms, id, release };
  });
}

function parseMs(given: unknown): number | null {
  if (typeof given !== "string" || !/^\d{1,5}$/.test(given)) return null;
  return Number(given) <= longestMs ? Number(given) : null;
}
