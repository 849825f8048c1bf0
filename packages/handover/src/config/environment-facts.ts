import type { Environment } from "./configuration.ts";
import { formatListen } from "./listen.ts";
import { maxUnavailableOf } from "./max-unavailable.ts";

/** How instances are replaced; `auto` is start-first, as ports of this machine are free. */
export function strategyOf(environment: Pick<Environment, "rollout">): "start-first" | "stop-first" {
  const { strategy } = environment.rollout;
  return strategy === "auto" ? "start-first" : strategy;
}

/** How many instances may be out of rotation at a time, as a number. */
export function allowedOut(environment: Pick<Environment, "rollout" | "runs">): number {
  return maxUnavailableOf(environment.rollout.maxUnavailable, environment.runs.instances);
}

/** Where the load balancer is asked from this machine: a listener on all addresses is asked on loopback. */
export function publicUrl(environment: Pick<Environment, "listen">): string {
  const { host, port } = environment.listen;
  const anywhere = host === "0.0.0.0" ? "127.0.0.1" : /^[0:]+$/u.test(host) ? "::1" : host;
  return `http://${formatListen({ host: anywhere, port })}`;
}

/** What the prober sends, with absolute URLs. */
export function probeTargets(
  environment: Pick<Environment, "listen" | "probes">,
): readonly { readonly url: string; readonly ratePerSecond: number; readonly failFromStatus: number }[] {
  return environment.probes.map((probe) => {
    return { ...probe, url: probe.url.startsWith("/") ? `${publicUrl(environment)}${probe.url}` : probe.url };
  });
}
