import type { IncomingMessage, ServerResponse } from "node:http";
import { type Server, intercept } from "./intercept.ts";
import {
  type Lifecycle,
  type LifecycleOptions,
  type ServingLifecycle,
  createLifecycle,
} from "./lifecycle.ts";

/** The Fastify plugin. What it needs of Fastify 5 is described here by its shape, so that it depends on nothing. */

export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}

export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

export interface FastifyLike {
  readonly server: Server;
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
  addHook(name: "preClose" | "onClose", hook: () => Promise<void>): unknown;
  get(
    path: string,
    options: { readonly logLevel: "silent" },
    answer: (request: FastifyRequestLike, reply: FastifyReplyLike) => void,
  ): unknown;
  close(): PromiseLike<void>;
}

export type HandoverPlugin = (app: FastifyLike, options: LifecycleOptions) => Promise<void>;

/**
 * Register it first: `await app.register(handoverPlugin)`. It answers the health path before every hook and route that
 * comes after it. When the service stops, `app.close()` runs after the last request, and with it the `onClose` hooks.
 */
export const handoverPlugin: HandoverPlugin = Object.assign(join, {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "@handover/lifecycle",
  [Symbol.for("plugin-meta")]: { name: "@handover/lifecycle", fastify: "5.x" },
});

/** The lifecycle of an app that the plugin was registered in. @throws {TypeError} if it was not, or not yet. */
export function lifecycleOf(app: Pick<FastifyLike, "server">): Lifecycle {
  const lifecycle = lifecycles.get(app.server);
  if (lifecycle !== undefined) return lifecycle;
  throw new TypeError(
    "handoverPlugin is not registered in this app yet: await app.register(handoverPlugin) first.",
  );
}

const lifecycles = new WeakMap<Server, Lifecycle>();

async function join(app: FastifyLike, options: LifecycleOptions): Promise<void> {
  const lifecycle = createLifecycle(options, {
    close: async () => app.close(),
    cutConnections: () => app.server.closeAllConnections(),
    forget: () => forget(),
  });
  lifecycles.set(app.server, lifecycle);
  // Requests are met in a hook, because Fastify may listen on several servers (localhost: 127.0.0.1 and ::1) and
  // shows one of them; upgrades of all of them are passed on to that one.
  app.addHook("onRequest", (request, reply, done) => meet(lifecycle, request, reply, done));
  const forget = intercept(app.server, {
    request: () => false,
    upgrade: (socket) => lifecycle.upgraded(socket),
  });
  app.addHook("preClose", async () => lifecycle.announce());
  app.addHook("onClose", async () => lifecycle[Symbol.asyncDispose]());
  // The hook has answered before; the route makes the path known to Fastify and keeps health checks out of its log.
  app.get(lifecycle.healthPath, { logLevel: "silent" }, () => undefined);
  await lifecycle.ready;
}

function meet(
  lifecycle: ServingLifecycle,
  request: FastifyRequestLike,
  reply: FastifyReplyLike,
  done: () => void,
): void {
  if (lifecycle.answers(request.raw, reply.raw)) reply.hijack();
  else done();
}
