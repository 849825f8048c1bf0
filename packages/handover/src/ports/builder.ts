import type { Release } from "../fleet/release.ts";

/** Makes what is to be deployed available to the hosts, and names it. Safe to repeat: equal input, equal release. */
export interface Builder {
  build(signal: AbortSignal): Promise<Release>;
  /** A release that is still kept, by its name or by the start of its commit; null when it is gone. */
  find(name: string, signal: AbortSignal): Promise<Release | null>;
}
