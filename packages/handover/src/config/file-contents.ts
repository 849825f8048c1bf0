import type { Milliseconds } from "../fleet/time.ts";
import type { DrainChoice, Listen, RolloutSettings } from "./configuration.ts";
import type { MaxUnavailable } from "./max-unavailable.ts";

/** `handover.yaml` as it is written: each value understood, nothing filled in, nothing inherited. */
export interface FileContents extends SettingsInFile {
  readonly service: string;
  readonly port?: number;
  readonly environments: Readonly<Record<string, EnvironmentInFile>>;
}

export interface EnvironmentInFile extends SettingsInFile {
  readonly processes: {
    readonly directory?: string;
    readonly command: readonly [string, ...string[]];
    readonly instances: number;
  };
  readonly listen?: Listen;
}

export interface SettingsInFile {
  readonly health?: {
    readonly path?: string;
    readonly interval?: Milliseconds;
    readonly timeout?: Milliseconds;
    readonly unhealthyThreshold?: number;
    readonly healthyThreshold?: number;
  };
  readonly longestRequest?: Milliseconds;
  readonly stopGrace?: Milliseconds;
  readonly startDeadline?: Milliseconds;
  readonly drain?: DrainChoice;
  readonly environment?: Readonly<Record<string, string>>;
  /** The variable that each secret comes from, by its name. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly rollout?: {
    readonly strategy?: RolloutSettings["strategy"];
    readonly maxUnavailable?: MaxUnavailable;
    readonly minHealthyTime?: Milliseconds;
    readonly onFailure?: RolloutSettings["onFailure"];
    readonly progressDeadline?: Milliseconds;
  };
  readonly probe?: ProbeInFile | readonly ProbeInFile[];
}

export interface ProbeInFile {
  readonly url?: string;
  readonly rate?: number;
  readonly expect?: number;
}
