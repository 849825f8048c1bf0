import { type Server, intercept } from "./intercept.ts";
import { type Lifecycle, type LifecycleOptions, createLifecycle } from "./lifecycle.ts";

export interface HandoverOptions extends LifecycleOptions {
  /** It answers the health path from now on, whenever its own listeners are added. */
  readonly server: Server;
  /** Called when the last request has ended: close the database here. It has `closeMs`. */
  readonly onClose?: () => void | Promise<void>;
}

/**
 * Gives a `node:http` or `node:https` server what Handover needs to replace it without failing a request.
 * @throws {TypeError} if `HANDOVER_CONTROL` and `HANDOVER_TOKEN` contradict each other.
 */
export function handover(options: HandoverOptions): Lifecycle {
  const { server, onClose } = options;
  const lifecycle = createLifecycle(options, {
    close: async () => {
      await closed(server);
      await onClose?.();
    },
    cutConnections: () => server.closeAllConnections(),
    forget: () => forget(),
  });
  const forget = intercept(server, {
    request: (request, response) => lifecycle.answers(request, response),
    upgrade: (socket) => lifecycle.upgraded(socket),
  });
  return lifecycle;
}

/** Takes no new connections and closes idle ones at once; resolves when the last one has closed. */
function closed(server: Server): Promise<void> {
  // The only error is that it was not listening, which is what is wanted.
  return new Promise((resolve) => server.close(() => resolve()));
}
