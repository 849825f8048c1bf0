import type { Instance } from "../fleet/instance.ts";

/** The instances that an environment is configured to have, in the order in which they are replaced. */
export interface Inventory {
  instances(signal: AbortSignal): Promise<readonly Instance[]>;
}
