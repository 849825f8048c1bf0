import { request } from "node:http";
import { HandoverError } from "../errors/handover-error.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { LocalEnvironment } from "../main.ts";

/**
 * A new health path takes effect at once for what runs already. Refuses (REFUSED) one that an instance in rotation does
 * not pass: the load balancer would take them all out.
 */
export async function refuseUnknownPath(local: LocalEnvironment, signal: AbortSignal): Promise<void> {
  const { health, slots } = await local.balancer.state(signal);
  const wanted = local.environment.health;
  if (health === null || health.path === wanted.path) return;
  for (const { slot, address } of slots.filter((each) => each.in)) {
    const status = await ask(address, wanted.path, wanted.timeoutMs);
    if (status !== null && status >= 200 && status < 400) continue;
    const answer = status === null ? "does not answer" : `answers ${status}`;
    throw new HandoverError(
      "REFUSED",
      `${slot} ${answer} on the new health path ${wanted.path}; it passes on ${health.path}`,
      {
        next: `First deploy a release that answers on both paths with \`health.path: ${health.path}\`, then change the path.`,
      },
    );
  }
}

/** The status of one request, null without an answer in time. */
function ask(address: string, path: string, timeoutMs: Milliseconds): Promise<number | null> {
  return new Promise((resolve) => {
    const asked = request(`http://${address}${path}`, {
      agent: false,
      timeout: timeoutMs,
      headers: { "Handover-Probe": "path" },
    });
    asked.once("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(null));
    asked.end();
  });
}
