import type { Place } from "../errors/handover-error.ts";
import type {
  Configuration,
  Environment,
  ProbeSettings,
  SecretReference,
  Settings,
} from "./configuration.ts";
import { DEFAULTS } from "./defaults.ts";
import type { EnvironmentInFile, FileContents, SettingsInFile } from "./file-contents.ts";
import type { Path } from "./yaml-document.ts";

/** Where something stands in the file; falls back to the start of the file. */
export type PlaceOf = (paths: readonly Path[]) => Place;

/** Fills in every default, and what an environment inherits from the top of the file. */
export function resolve(file: FileContents, placeOf: PlaceOf): Configuration {
  return {
    service: file.service,
    port: file.port ?? null,
    shared: settings(file, (name) => placeOf([["secrets", name]])),
    environments: Object.entries(file.environments).map(([name, own]) =>
      environment(name, own, file, placeOf),
    ),
  };
}

function environment(
  name: string,
  own: EnvironmentInFile,
  file: FileContents,
  placeOf: PlaceOf,
): Environment {
  const placeOfSecret = (secret: string): Place =>
    placeOf([
      ["environments", name, "secrets", secret],
      ["secrets", secret],
    ]);
  return {
    name,
    service: file.service,
    runs: {
      kind: "processes",
      directory: own.processes.directory ?? DEFAULTS.directory,
      command: own.processes.command,
      instances: own.processes.instances,
    },
    listen: own.listen ?? DEFAULTS.listen,
    ...settings(inherited(file, own), placeOfSecret),
  };
}

/** Maps are merged key by key; a value or a list of the environment takes the place of the shared one. */
function inherited(shared: SettingsInFile, own: SettingsInFile): SettingsInFile {
  return {
    ...shared,
    ...own,
    health: { ...shared.health, ...own.health },
    environment: { ...shared.environment, ...own.environment },
    secrets: { ...shared.secrets, ...own.secrets },
    rollout: { ...shared.rollout, ...own.rollout },
  };
}

function settings(file: SettingsInFile, placeOfSecret: (name: string) => Place): Settings {
  const { health, rollout } = DEFAULTS;
  const longestRequestMs = file.longestRequest ?? DEFAULTS.longestRequestMs;
  return {
    health: {
      path: file.health?.path ?? health.path,
      intervalMs: file.health?.interval ?? health.intervalMs,
      timeoutMs: file.health?.timeout ?? health.timeoutMs,
      unhealthyThreshold: file.health?.unhealthyThreshold ?? health.unhealthyThreshold,
      healthyThreshold: file.health?.healthyThreshold ?? health.healthyThreshold,
    },
    longestRequestMs,
    stopGraceMs: file.stopGrace ?? longestRequestMs,
    startDeadlineMs: file.startDeadline ?? DEFAULTS.startDeadlineMs,
    drain: file.drain ?? DEFAULTS.drain,
    variables: file.environment ?? {},
    secrets: Object.entries(file.secrets ?? {}).map(([name, variable]): SecretReference => {
      return { name, from: { kind: "env", variable }, place: placeOfSecret(name) };
    }),
    rollout: {
      strategy: file.rollout?.strategy ?? rollout.strategy,
      maxUnavailable: file.rollout?.maxUnavailable ?? rollout.maxUnavailable,
      minHealthyTimeMs: file.rollout?.minHealthyTime ?? rollout.minHealthyTimeMs,
      onFailure: file.rollout?.onFailure ?? rollout.onFailure,
      progressDeadlineMs: file.rollout?.progressDeadline ?? rollout.progressDeadlineMs,
    },
    probes: probes(file.probe),
  };
}

function probes(written: SettingsInFile["probe"]): Settings["probes"] {
  const [first, ...rest] = (written === undefined ? [] : [written]).flat().map((probe): ProbeSettings => {
    return {
      url: probe.url ?? DEFAULTS.probe.url,
      ratePerSecond: probe.rate ?? DEFAULTS.probe.ratePerSecond,
      failFromStatus: probe.expect ?? DEFAULTS.probe.failFromStatus,
    };
  });
  return [first ?? DEFAULTS.probe, ...rest];
}
