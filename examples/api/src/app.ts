import Fastify, { type FastifyInstance } from "fastify";
import { handoverPlugin, lifecycleOf } from "@handover/lifecycle/fastify";
import { addEcho } from "./echo.ts";
import { addEvents } from "./events.ts";
import type { Fault } from "./fault.ts";
import type { Settings } from "./settings.ts";
import { addSlow } from "./slow.ts";

/** The service: everything that it answers, not yet listening. */
export async function buildApp(settings: Settings): Promise<FastifyInstance> {
  const { greeting, id, release, fault } = settings;
  const app = Fastify({ logger: { level: "warn" } });
  if (fault.kind === "fails-health") failHealth(app);
  await app.register(handoverPlugin, { health: { check: healthUnder(fault) }, graceMs: 60_000 });
  const { closing } = lifecycleOf(app);

  app.get("/", () => ({ api: greeting, id, release }));
  addSlow(app, settings);
  addEvents(app, settings, closing);
  addEcho(app, closing);
  return app;
}

/** What a service of your own would ask its database here. */
function healthUnder(fault: Fault): () => boolean {
  const startedAt = performance.now();
  return () => fault.kind !== "turns-unhealthy" || performance.now() - startedAt < fault.afterMs;
}

/** Stands before the plugin, which would never answer 500. */
function failHealth(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    if (request.url === "/health") return reply.code(500).send({ error: "FAULT=fails-health" });
    return undefined;
  });
}
