import type { DrainChoice, Listen, ProbeSettings, RolloutSettings } from "./configuration.ts";
import type { HealthSettings } from "../health/settings.ts";
import type { Milliseconds } from "../fleet/time.ts";

interface Defaults {
  readonly health: HealthSettings;
  readonly longestRequestMs: Milliseconds;
  readonly startDeadlineMs: Milliseconds;
  readonly drain: DrainChoice;
  readonly rollout: RolloutSettings;
  readonly probe: ProbeSettings;
  readonly directory: string;
  readonly listen: Listen;
}

/** Every default of the configuration, except `stopGrace`, which is `longestRequest`. */
export const DEFAULTS: Defaults = {
  health: { path: "/health", intervalMs: 2000, timeoutMs: 1000, unhealthyThreshold: 2, healthyThreshold: 3 },
  longestRequestMs: 30_000,
  startDeadlineMs: 30_000,
  drain: { kind: "auto" },
  rollout: {
    strategy: "auto",
    maxUnavailable: { kind: "count", count: 1 },
    minHealthyTimeMs: 5000,
    onFailure: "halt",
    progressDeadlineMs: 300_000,
  },
  probe: { url: "/", ratePerSecond: 20, failFromStatus: 500 },
  directory: ".",
  listen: { host: "127.0.0.1", port: 8080 },
};
