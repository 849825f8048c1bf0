import type { Place } from "../errors/handover-error.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { HealthSettings } from "../health/settings.ts";
import type { MaxUnavailable } from "./max-unavailable.ts";

/** `handover.yaml` with every default filled in: a plain value, without places or secrets' values. */
export interface Configuration {
  readonly service: string;
  /** The port that the service listens on inside its image; processes get theirs from Handover. */
  readonly port: number | null;
  /** What holds for every environment that does not say otherwise. */
  readonly shared: Settings;
  /** In the order of the file; at least one. */
  readonly environments: readonly Environment[];
}

/** One environment of the service, with what it inherits from the top of the file. */
export interface Environment extends Settings {
  readonly name: string;
  readonly service: string;
  readonly runs: Processes;
  readonly listen: Listen;
}

/** Instances that run as processes on this machine. */
export interface Processes {
  readonly kind: "processes";
  /** As written: relative to the configuration file. */
  readonly directory: string;
  /** Program and arguments; no shell takes part. */
  readonly command: readonly [string, ...string[]];
  readonly instances: number;
}

/** Where the embedded load balancer listens. An IPv6 address is without brackets here. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Everything that can stand at the top of the file and be overridden for one environment. */
export interface Settings {
  readonly health: HealthSettings;
  /** How long a request may take: the drain deadline. */
  readonly longestRequestMs: Milliseconds;
  /** Between SIGTERM and SIGKILL. */
  readonly stopGraceMs: Milliseconds;
  /** How long a new instance may take until its health path passes. */
  readonly startDeadlineMs: Milliseconds;
  readonly drain: DrainChoice;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretReference[];
  readonly rollout: RolloutSettings;
  readonly probes: readonly [ProbeSettings, ...ProbeSettings[]];
}

export type DrainChoice =
  /** The contract where `/state` answers, else the load balancer where it can be told, else refused. */
  { readonly kind: "auto" } | { readonly kind: "contract" } | { readonly kind: "loadBalancer" };

/** The name under which instances get a secret, and where its value comes from. */
export interface SecretReference {
  readonly name: string;
  readonly from: { readonly kind: "env"; readonly variable: string };
  /** Where the configuration names it, for the message when it is missing. */
  readonly place: Place;
}

export interface RolloutSettings {
  readonly strategy: "auto" | "start-first" | "stop-first";
  readonly maxUnavailable: MaxUnavailable;
  readonly minHealthyTimeMs: Milliseconds;
  readonly onFailure: "halt" | "rollback";
  readonly progressDeadlineMs: Milliseconds;
}

export interface ProbeSettings {
  /** A path, asked at the address where the environment listens, or an absolute URL on loopback. */
  readonly url: string;
  readonly ratePerSecond: number;
  /** Answers at or above this status have failed. */
  readonly failFromStatus: number;
}
