import { stringify } from "yaml";
import type { Configuration, DrainChoice, SecretReference, Settings } from "./configuration.ts";
import { formatDuration } from "./duration.ts";
import { formatListen } from "./listen.ts";
import { formatMaxUnavailable } from "./max-unavailable.ts";
import { formatExpect, formatRate } from "./probe-values.ts";

/**
 * The configuration as `handover.yaml`, with every default. Read again it is the same configuration.
 * An environment shows what differs from the top; secrets are shown by name only, as nothing else is known of them.
 */
export function renderResolved(configuration: Configuration): string {
  const { service, port, shared, environments } = configuration;
  const top = written(shared);
  const file = {
    service,
    ...(port === null ? {} : { port }),
    ...top,
    environments: Object.fromEntries(
      environments.map(({ name, runs, listen, ...settings }) => {
        const { directory, command, instances } = runs;
        const processes = { directory, command, instances };
        return [name, { processes, listen: formatListen(listen), ...differing(written(settings), top) }];
      }),
    ),
  };
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

function differing(own: Record<string, unknown>, top: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(own).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(top[key])),
  );
}

function written(settings: Settings): Record<string, unknown> {
  const { health, rollout } = settings;
  return {
    health: {
      path: health.path,
      interval: formatDuration(health.intervalMs),
      timeout: formatDuration(health.timeoutMs),
      unhealthyThreshold: health.unhealthyThreshold,
      healthyThreshold: health.healthyThreshold,
    },
    longestRequest: formatDuration(settings.longestRequestMs),
    stopGrace: formatDuration(settings.stopGraceMs),
    startDeadline: formatDuration(settings.startDeadlineMs),
    drain: writtenDrain(settings.drain),
    environment: settings.variables,
    secrets: writtenSecrets(settings.secrets),
    rollout: {
      strategy: rollout.strategy,
      maxUnavailable: formatMaxUnavailable(rollout.maxUnavailable),
      minHealthyTime: formatDuration(rollout.minHealthyTimeMs),
      onFailure: rollout.onFailure,
      progressDeadline: formatDuration(rollout.progressDeadlineMs),
    },
    probe: settings.probes.map(({ url, ratePerSecond, failFromStatus }) => {
      return { url, rate: formatRate(ratePerSecond), expect: formatExpect(failFromStatus) };
    }),
  };
}

function writtenDrain(drain: DrainChoice): unknown {
  return drain.kind === "loadBalancer" ? { loadBalancer: true } : drain.kind;
}

function writtenSecrets(secrets: readonly SecretReference[]): unknown {
  const renamed = secrets.some(({ name, from }) => from.variable !== name);
  if (!renamed) return secrets.map(({ name }) => name);
  return Object.fromEntries(secrets.map(({ name, from }) => [name, { env: from.variable }]));
}
